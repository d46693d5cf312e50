"""At which time a run judges what is due; the flows and the command line ask alike."""

from datetime import datetime

from models.rules.calendar.reach import instant


def moment(as_of: datetime | None, now: datetime, *, may_be_later: bool) -> datetime:
    """The time at which a run judges what is due, in UTC.

    Raises:
        ValueError: it lies ahead, and this run would send; or nobody can mean it.
    """
    if as_of is None:
        return now
    chosen = instant(as_of)
    if chosen > now and not may_be_later:
        raise ValueError(
            f"as_of {chosen:%Y-%m-%d %H:%M} UTC lies ahead; choose a dry run, or leave it empty for now"
        )
    return chosen
