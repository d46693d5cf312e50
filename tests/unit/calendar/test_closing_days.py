"""Days on which a company is closed: its people owe nothing on them, and nothing falls due."""

from datetime import UTC, date, datetime

import pytest

from models.rules.calendar.calendars import Place, Window, is_closed, next_open
from models.rules.calendar.due import due_at
from models.rules.calendar.working import working_minutes

ROME = Place("IT", "Europe/Rome")
STAFF = Window(("08:00-18:00",), "business", ("2026-08-10/2026-08-21", "06-24", "12-24/01-02"))


@pytest.mark.parametrize(
    ("day", "closed"),
    [
        (date(2026, 8, 9), False),
        (date(2026, 8, 10), True),
        (date(2026, 8, 21), True),
        (date(2026, 8, 22), False),
        (date(2027, 8, 12), False),
        (date(2027, 6, 24), True),
        (date(2026, 12, 30), True),
        (date(2026, 1, 2), True),
        (date(2026, 1, 3), False),
    ],
)
def test_a_span_is_of_its_year_and_a_feast_of_every_year(day: date, closed: bool) -> None:
    assert is_closed(STAFF, day) is closed


def test_a_promise_made_before_the_closing_is_due_after_it() -> None:
    asked = datetime(2026, 8, 7, 8, tzinfo=UTC)  # Friday, 10:00 in Rome
    assert due_at(asked, "1 business day", STAFF, ROME) == datetime(2026, 8, 24, 8, tzinfo=UTC)
    assert due_at(asked, "12 hours", STAFF, ROME) == datetime(2026, 8, 24, 10, tzinfo=UTC)
    assert (
        working_minutes(datetime(2026, 8, 10, tzinfo=UTC), datetime(2026, 8, 22, tzinfo=UTC), STAFF, ROME)
        == 0
    )
    assert next_open(datetime(2026, 8, 14, 9, tzinfo=UTC), STAFF, ROME) == datetime(
        2026, 8, 24, 6, tzinfo=UTC
    )


@pytest.mark.parametrize("text", ["agosto", "2026-08-40", "2026-08-21/2026-08-10", "08-10/2026-08-21", ""])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="closed: "):
        Window(("08:00-18:00",), "business", (text,))
