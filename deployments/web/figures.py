"""What a program that watches may know: counts and times, in Prometheus' text form."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy.orm import Session

from models.queries.health import metrics, state

_KEPT = timedelta(minutes=1)
"""Counting reads whole tables; whoever asks more often gets the figures of the last minute."""


class Figures:
    """The figures of the last minute."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._text = ""
        self._at: datetime | None = None

    def text(self, session: Session, now: datetime) -> str:
        """Them as they are scraped; `now` aware."""
        with self._lock:
            if self._at is None or abs(now - self._at) > _KEPT:
                self._text = "\n".join(_lines(session)) + "\n"
                self._at = now
            return self._text


def _lines(session: Session) -> Iterator[str]:
    yield "# HELP seguito_contacts Contacts by sweep, kind and state."
    yield "# TYPE seguito_contacts gauge"
    for sweep, kind, how, count in metrics.contacts(session):
        yield f'seguito_contacts{{sweep="{_label(sweep)}",kind="{_label(kind)}",state="{_label(how)}"}} {count}'
    yield "# HELP seguito_mails Mails by what the mail server said."
    yield "# TYPE seguito_mails gauge"
    for how, count in metrics.mails(session):
        yield f'seguito_mails{{state="{_label(how)}"}} {count}'
    yield "# HELP seguito_last_good_run_seconds When a sweep ran well last, in seconds since 1970."
    yield "# TYPE seguito_last_good_run_seconds gauge"
    for name, at in sorted(state.runs(session).items()):
        yield f'seguito_last_good_run_seconds{{name="{_label(name)}"}} {at.timestamp():.0f}'


def _label(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", " ")
