"""What has come from outside and nobody has taken in yet: mails, and files of other systems."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from tasks.importing.config import address_of, read_config
from tasks.importing.errors import SourceError
from tasks.mailboxes.collect import Memory
from tasks.mailboxes.mailbox import Mailbox, MailboxUnreachableError
from tasks.runtime.database import Database
from tasks.runtime.settings import Settings

_REMOTE_EVERY = timedelta(minutes=2)
"""How often answers are fetched that stand in another system's database: nothing tells that there are any."""

_Marks = frozenset[tuple[str, int, int]]


def has_mail(db: Database, mailboxes: Iterable[Mailbox]) -> bool:
    """Whether a mail for us waits in a mailbox. One that cannot be reached is left to the run by schedule."""
    for mailbox in mailboxes:
        with suppress(MailboxUnreachableError), mailbox:
            if mailbox.has_new(Memory(db, mailbox)):
                return True
    return False


class AnswerSource:
    """Whether the source may hold answers that were not taken in: its files changed, or nobody can know."""

    def __init__(self, settings: Settings) -> None:
        """Ask about the source of these settings."""
        self._folder = settings.source
        self._data = settings.source_data or settings.source / "data"
        self._known: _Marks | None = None
        self._before: _Marks | None = None
        self._fetched: datetime | None = None

    def may_have_come(self, now: datetime) -> bool:
        """Whether to look now. Files count once they were the same at two looks: one may still be written."""
        if not (self._folder / "responses.sql").is_file():
            return False
        return self._is_time(now) if self._is_remote() else self._changed()

    def _is_remote(self) -> bool:
        try:
            return address_of(read_config(self._folder), self._folder) is not None
        except SourceError:
            return False  # the import says what is wrong

    def _is_time(self, now: datetime) -> bool:
        if self._fetched is not None and now - self._fetched < _REMOTE_EVERY:
            return False
        self._fetched = now
        return True

    def _changed(self) -> bool:
        marks = frozenset(_marks(self._data))
        settled, self._before = marks == self._before, marks
        if self._known is None:
            self._known = marks  # the first import reads them
        if not settled or marks == self._known:
            return False
        self._known = marks
        return True


def _marks(folder: Path) -> Iterator[tuple[str, int, int]]:
    for path in folder.rglob("*"):
        with suppress(OSError):
            stat = path.stat()
            yield str(path), stat.st_mtime_ns, stat.st_size
