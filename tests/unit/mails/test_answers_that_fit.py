"""What a mail offers to answer fits the moment at which it comes."""

from datetime import UTC, datetime

from models.policy import Policy
from models.rules.calendar.calendars import Place
from models.rules.escalation.silence import answer_by
from models.rules.responses.answers import answers_to
from models.rules.responses.withdrawal import told

ROME, WARSAW = Place("IT", "Europe/Rome"), Place("PL", "Europe/Warsaw")


def test_nobody_is_asked_after_half_a_year_whether_the_goods_have_come(policy: Policy) -> None:
    cadence = policy.cadences["satisfaction-check"]
    assert "not-arrived" in answers_to(cadence, "first-days")
    assert "not-arrived" not in answers_to(cadence, "one-month")
    assert "not-arrived" not in answers_to(cadence, "six-months")
    assert "not-solved" in answers_to(cadence, "six-months")


def test_an_order_that_is_confirmed_can_be_corrected(policy: Policy) -> None:
    assert "message" in policy.cadences["order-confirmation"].answers


def test_an_answer_is_waited_for_until_a_working_day_of_the_place(policy: Policy) -> None:
    cadence = policy.cadences["satisfaction-check"].__class__(
        **{**vars(policy.cadences["satisfaction-check"]), "wait": "4 days"}
    )
    sent = datetime(
        2026, 12, 22, 9, tzinfo=UTC
    )  # four days on it is Saturday, 26 December, a holiday in both
    assert answer_by(cadence, sent, ROME) == datetime(2026, 12, 28, 9, tzinfo=UTC)
    assert answer_by(cadence, datetime(2026, 11, 24, 9, tzinfo=UTC), WARSAW) == datetime(
        2026, 11, 30, 9, tzinfo=UTC
    )
    assert answer_by(cadence, datetime(2026, 11, 24, 9, tzinfo=UTC), ROME) == datetime(
        2026, 11, 28, 9, tzinfo=UTC
    )


def test_a_service_that_is_done_has_lost_the_right_only_where_that_was_acknowledged() -> None:
    signed, done = datetime(2026, 3, 16, 9, tzinfo=UTC), datetime(2026, 3, 18, 9, tzinfo=UTC)
    assert told(done, signed, done, 14, ROME, is_service=True)[0] == "until"
    assert told(done, signed, done, 14, ROME, is_service=True, waived=True) == ("", None)
    assert told(done, signed, None, 14, ROME, is_service=True, waived=True)[0] == "until"
    assert told(done, signed, done, 14, ROME, is_service=False, waived=True)[0] == "until"
    assert told(done, signed, None, 14, ROME, is_service=False) == ("from-delivery", None)
    assert told(datetime(2026, 4, 9, tzinfo=UTC), signed, done, 14, ROME, is_service=False) == ("", None)
    assert told(done, signed, done, 0, ROME, is_service=False) == ("", None)
