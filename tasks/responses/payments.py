"""What an answer says about money: it is paid, or will be on a day; the reminders about it rest meanwhile."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.credit_recovery import invoices
from models.queries.planning import plan
from models.rules.calendar.calendars import local_day
from models.rules.calendar.due import due_at
from models.rules.credit_recovery.pay_day import is_acceptable, rests_until
from models.tables import FollowUp
from models.words import Subject


class PaymentWords(Protocol):
    """What is asked of an answer here."""

    @property
    def customer_id(self) -> int:
        """Whose it is."""

    @property
    def invoice_id(self) -> int | None:
        """What it is about, where that is one invoice."""

    @property
    def received_at(self) -> datetime:
        """When it came, aware."""

    @property
    def pays_on(self) -> date | None:
        """The day that is named for the payment."""


def let_rest(
    session: Session, policy: Policy, answer: PaymentWords, answered: Sequence[FollowUp], now: datetime
) -> None:
    """The customer says that it is paid: the reminders of every invoice of the letter wait until that is checked."""
    ids = _invoices(answer, answered)
    wait = policy.answers.said_paid_wait
    until = due_at(answer.received_at, wait, policy.working_hours, policy.company.place)
    if ids and until > now:
        plan.hold_as_said_paid(session, ids, until)


def await_payment(
    session: Session, policy: Policy, answer: PaymentWords, answered: Sequence[FollowUp], now: datetime
) -> bool:
    """A day is named for the payment: the reminders rest until then. False where a person has to agree on it first.

    That is so for a promise after a broken one, and for a day that lies further away than the policy lets a customer
    choose: the ladder does not rest for it.
    """
    assert answer.pays_on is not None  # noqa: S101 (the caller looked)
    place, credit = policy.company.place, policy.credit
    known = invoices.unpaid(session, answer.customer_id, _invoices(answer, answered))
    first = [one.id for one in known if one.pays_on is None or one.pays_on == answer.pays_on]
    today = local_day(answer.received_at, place)
    if first and is_acceptable(answer.pays_on, today, credit.promise_max_days):
        until = rests_until(answer.pays_on, credit.promise_grace, policy.working_hours, place)
        if until > now:
            plan.hold_as_promised(session, first, answer.pays_on, until)
    elif first:
        return False
    return len(first) == len(known)


def _invoices(answer: PaymentWords, answered: Sequence[FollowUp]) -> set[int]:
    """The invoices that an answer is about: all of its letter; none means every open one of the customer."""
    ids = {row.subject_id for row in answered if row.subject_type == Subject.INVOICE}
    return ids | ({answer.invoice_id} if answer.invoice_id is not None else set())
