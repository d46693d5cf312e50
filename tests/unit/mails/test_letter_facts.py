"""What a mail says of our own people: who spoke about the invoices, and whose name stands under it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from models.policy import Policy
from models.tables import Customer, Invoice, Staff
from tasks.mails.letter_facts import Desk, Group, called_at, signed_by

CALLED = datetime(2026, 3, 18, 9, tzinfo=UTC)


def test_a_manager_spoke_about_these_invoices_when_all_of_them_came_up() -> None:
    calls = {1: CALLED, 2: CALLED + timedelta(days=1), 3: CALLED + timedelta(days=2)}
    assert called_at({1, 2}, calls) == CALLED + timedelta(days=1)
    assert called_at({1, 2}, {1: CALLED}) is None
    assert called_at(set(), {}) is None


@pytest.mark.parametrize(
    ("kind", "signature", "name"),
    [
        ("credit-recovery-warning", "M-1", "Marco Conti"),
        ("credit-recovery-warning", None, None),
        ("payment-reminder", "M-1", None),
    ],
)
def test_a_managers_name_stands_under_what_a_manager_signs_and_under_nothing_else(
    policy: Policy, kind: str, signature: str | None, name: str | None
) -> None:
    staff = {7: Staff(id=7, ref="M-1", name="Marco Conti"), 8: Staff(id=8, ref="M-2", name="Anna Villa")}
    desk = Desk(staff, (), date(2026, 3, 18), policy.company)
    group = Group((), Customer(), policy.cadences[kind], None, [Invoice(signed_by=signature)], None, None)
    found = signed_by(group, desk)
    assert (found and found.name) == name
