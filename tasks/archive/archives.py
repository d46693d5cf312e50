"""The mailbox that gets a blind copy of every mail, as a folder of this machine, or none at all."""

from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

_HEADER_BYTES = 16_384
_AROUND = timedelta(days=2)


class Archive(Protocol):
    """The mailbox that gets a blind copy of every mail."""

    def holds(self, message_ids: Collection[str]) -> set[str] | None:
        """Which of these Message-IDs are there; None when nobody can say."""
        ...

    def fetch(self, message_id: str, at: datetime) -> bytes | None:
        """The mail of this Message-ID, which went out about `at`; None where it is not there."""
        ...


_MOST_BYTES = 40 * 1024 * 1024


class MaildirArchive:
    """An archive kept as a Maildir on this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def holds(self, message_ids: Collection[str]) -> set[str] | None:
        """Look for the Message-IDs in the heads of all mails, newest first; stops when every one was found."""
        if not self._folder.is_dir():
            return None
        missing = set(message_ids)
        files = [path for part in ("new", "cur") for path in (self._folder / part).glob("*")]
        for path in sorted(files, key=lambda path: path.stat().st_mtime, reverse=True):
            if not missing:
                break
            with path.open("rb") as mail:
                head = mail.read(_HEADER_BYTES).decode("ascii", "replace")
            missing -= {message_id for message_id in missing if message_id in head}
        return set(message_ids) - missing

    def fetch(self, message_id: str, at: datetime) -> bytes | None:
        """Look in the mails that came within two days of `at`."""
        if not self._folder.is_dir():
            return None
        first, last = ((at + days).timestamp() for days in (-_AROUND, _AROUND))
        for path in (path for part in ("new", "cur") for path in (self._folder / part).glob("*")):
            if not first <= path.stat().st_mtime <= last:
                continue
            with path.open("rb") as mail:
                if message_id in mail.read(_HEADER_BYTES).decode("ascii", "replace"):
                    mail.seek(0)
                    return mail.read(_MOST_BYTES)
        return None


class NoArchive:
    """There is no archive to look into."""

    def holds(self, message_ids: Collection[str]) -> set[str] | None:
        """Nobody can say."""
        del message_ids
        return None

    def fetch(self, message_id: str, at: datetime) -> bytes | None:
        """There is no copy."""
        del message_id, at
        return None
