"""A mailbox on an IMAP server."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from imapclient import SEEN
from imapclient.exceptions import IMAPClientError, IMAPClientReadOnlyError

from tasks.archive.imap_connection import connect
from tasks.mailboxes.mailbox import Fetched, MailboxUnreachableError, SeenMails, UnreadMail
from tasks.runtime.settings import Settings
from tasks.smtp.answers import scrub

_BATCH = 25
_BATCH_BYTES = 8 * 1024 * 1024
_HEAD_BYTES = 65_536
_WHOLE, _HEAD = b"BODY[]", b"BODY[HEADER]<0>"


class ImapMailbox:
    """One folder of one account. Mails are read with PEEK, in batches by number and size."""

    def __init__(self, settings: Settings, folder: str | None = None) -> None:
        self._settings = settings
        self._folder = folder or settings.imap_folder
        self._client: Any = None
        self.name = f"imap:{settings.imap_user or ''}@{settings.imap_host}/{self._folder}"
        self.uidvalidity = 0

    def __enter__(self) -> Self:
        """Connect, log in and select the folder.

        Raises:
            MailboxUnreachableError: one of them fails; the message says which, without the password.
        """
        with self._told("cannot be opened"):
            self._client = connect(self._settings)
            try:
                self.uidvalidity = int(self._client.select_folder(self._folder)[b"UIDVALIDITY"])
            except BaseException:
                self._client.shutdown()
                raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Say goodbye; a server that is gone needs none."""
        try:
            self._client.logout()
        except (IMAPClientError, OSError):
            self._client.shutdown()

    def waiting(self, seen: SeenMails) -> list[UnreadMail]:
        """What came after the highest UID looked at: a server never gives a new mail a lower one."""
        with self._told("was lost"):
            uids = self._new_ones(seen)
            found = []
            for start in range(0, len(uids), 500):
                sizes = self._client.fetch(uids[start : start + 500], [b"RFC822.SIZE"])
                found += [UnreadMail(uid, int(row[b"RFC822.SIZE"])) for uid, row in sizes.items()]
        return sorted(found, key=lambda item: item.uid)

    def has_new(self, seen: SeenMails) -> bool:
        """See `Mailbox`; everything in the folder is for us."""
        with self._told("was lost"):
            return bool(self._new_ones(seen))

    def _new_ones(self, seen: SeenMails) -> list[int]:
        after = seen.highest() + 1
        return [uid for uid in self._client.search(["UID", f"{after}:*"]) if uid >= after]

    def fetch(self, batch: Sequence[UnreadMail], max_bytes: int) -> Iterator[Fetched]:
        """See `Mailbox`; asks for a few mails at a time, so that memory stays small."""
        for part in _parts(batch, max_bytes):
            whole = part[0].size_bytes <= max_bytes
            wanted = b"BODY.PEEK[]" if whole else f"BODY.PEEK[HEADER]<0.{_HEAD_BYTES}>".encode()
            with self._told("was lost"):
                rows = self._client.fetch([item.uid for item in part], [wanted, b"INTERNALDATE"])
            for item in part:
                row = rows.get(item.uid)
                raw = row and row.get(_WHOLE if whole else _HEAD)
                if row and raw is not None:
                    yield Fetched(item.uid, item.size_bytes, _utc(row[b"INTERNALDATE"]), raw, whole)

    def flag(self, uids: Collection[int]) -> None:
        """Mark mails as read, where the server lets us."""
        with self._told("was lost"), suppress(IMAPClientReadOnlyError):
            if uids:
                self._client.add_flags(list(uids), [SEEN], silent=True)

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        try:
            yield
        except (IMAPClientError, OSError, ValueError, KeyError) as error:
            text = scrub(f"{type(error).__name__}: {error}")
            raise MailboxUnreachableError(f"the mailbox {self._folder} {what} ({text})") from error


def _parts(batch: Sequence[UnreadMail], max_bytes: int) -> Iterator[list[UnreadMail]]:
    """Neighbours that are asked for together: few, not too large, and all of one sort."""
    part: list[UnreadMail] = []
    is_large: Callable[[UnreadMail], bool] = lambda item: item.size_bytes > max_bytes  # noqa: E731 (used twice below)
    for item in batch:
        full = len(part) >= _BATCH or sum(one.size_bytes for one in part) + item.size_bytes > _BATCH_BYTES
        if part and (full or is_large(part[0]) != is_large(item)):
            yield part
            part = []
        part.append(item)
    if part:
        yield part


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
