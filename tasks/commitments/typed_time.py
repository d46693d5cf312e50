"""A time as somebody typed it into a form, a page or a command."""

from datetime import datetime
from zoneinfo import ZoneInfo

from models.rules.calendar.reach import written_instant
from models.rules.cases.acting import ActError


def typed_time(text: str, zone: ZoneInfo, code: str = "need-until") -> datetime | None:
    """A written time, in UTC; one without an offset is meant in `zone`. None when nothing is written.

    Raises:
        ActError: it is none.
    """
    if not text.strip():
        return None
    try:
        return written_instant(text, zone)
    except ValueError:
        raise ActError(code, f"{text!r} is no time; write it like 2026-03-18 15:00") from None
