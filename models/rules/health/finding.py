"""One finding about an installation, and which findings are news for those who run it."""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """How bad it is."""

    OK = "ok"
    NOTICE = "notice"
    """To be seen to some day; monitors stay quiet."""
    TROUBLE = "trouble"
    """Something does not work, or will not soon."""


@dataclass(frozen=True)
class Finding:
    """What was looked at, what was found, and what to do. No names of customers, no passwords."""

    kind: str
    level: Severity
    says: str
    todo: str = ""

    def line(self) -> str:
        """For a terminal or a mail."""
        return f"{self.level:<8}{self.kind:<20}{self.says}" + (f"; {self.todo}" if self.todo else "")

    def as_json(self) -> dict[str, Any]:
        """For a program."""
        return asdict(self)


@dataclass(frozen=True)
class TroubleNews:
    """What those who run it have to hear: troubles that are new, and kinds of trouble that are over."""

    begun: tuple[Finding, ...]
    over: tuple[str, ...]


def news(findings: Iterable[Finding], told: Collection[str], looked_at: Collection[str]) -> TroubleNews:
    """Each kind of trouble once, and once when it is over. What could not be looked at stays as it was told."""
    troubles = {one.kind: one for one in findings if one.level is Severity.TROUBLE}
    begun = tuple(one for kind, one in troubles.items() if kind not in told)
    return TroubleNews(
        begun, tuple(sorted(kind for kind in told if kind not in troubles and kind in looked_at))
    )


def last_run(name: str, at: datetime | None, quiet: timedelta, now: datetime) -> Finding:
    """Whether something that runs by schedule ran well not long ago."""
    kind = f"run {name}"
    if at is None:
        return Finding(
            kind, Severity.NOTICE, "has never run well here", "start it, or see that its schedule is on"
        )
    said = f"ran well last at {at:%Y-%m-%d %H:%M} UTC"
    if now - at > quiet:
        return Finding(
            kind,
            Severity.TROUBLE,
            said,
            "see that launcher or worker run, its schedule is on, and what it said last",
        )
    return Finding(kind, Severity.OK, said)
