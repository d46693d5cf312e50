from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Who tells the time."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.now(UTC)


class SetClock:
    """A clock that stands where it was set: for replays and tests."""

    def __init__(self, at: datetime) -> None:
        self._at = at.astimezone(UTC)

    def set(self, at: datetime) -> None:
        """Move to another instant (aware)."""
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        """The instant it was set to."""
        return self._at
