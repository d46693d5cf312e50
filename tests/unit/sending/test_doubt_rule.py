"""What becomes of a mail in doubt, by the rule of the policy."""

import pytest

from models.rules.sending.doubts import settle

SENT, AGAIN, ASKED = "accepted", "deferred", "asked"


@pytest.mark.parametrize(
    ("rule", "found", "resends", "to_staff", "expected"),
    [
        ("look", True, 0, False, SENT),
        ("look", True, 1, True, SENT),
        ("look", False, 0, False, AGAIN),
        ("look", False, 1, False, ASKED),
        ("look", None, 0, False, ASKED),
        ("resend", None, 0, False, AGAIN),
        ("resend", None, 1, False, ASKED),
        ("ask", None, 0, False, ASKED),
        ("ask", None, 0, True, AGAIN),
        ("ask", None, 1, True, ASKED),
        ("resend", None, 1, True, ASKED),
    ],
)
def test_a_doubt_is_settled_by_the_rule_and_resent_no_more_often_than_it_says(
    rule: str, found: bool | None, resends: int, *, to_staff: bool, expected: str
) -> None:
    verdict = settle(rule, is_in_archive=found, resends=resends, max_resends=1, is_for_staff=to_staff)
    assert verdict == expected
