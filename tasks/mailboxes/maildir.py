"""A mailbox kept as a Maildir on this machine, such as the local one of `make up`."""

import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from email.utils import getaddresses
from pathlib import Path
from types import TracebackType
from typing import Self

from tasks.mailboxes.mailbox import Fetched, MailboxUnreachableError, SeenMails, UnreadMail

_HEAD_BYTES = 65_536
_FOLDERS = ("new", "cur")
_DELIVERED = ("delivered-to", "x-original-to", "envelope-to")
_WRITTEN = ("to", "cc")
_FIELD = re.compile(
    rb"^(?P<name>" + "|".join((*_DELIVERED, *_WRITTEN)).encode() + rb"):(?P<value>.*(?:\n[ \t].*)*)",
    re.IGNORECASE | re.MULTILINE,
)
_END = re.compile(rb"(?<=\n)\r?\n")
"""A blank line ends the head; some gateways put others above it."""


class MaildirMailbox:
    """Reads `new` and `cur` and changes neither.

    Takes only what is addressed to `address`, whatever its plus-tag, or to an alias of the company's.
    """

    uidvalidity = 1

    def __init__(self, folder: Path, address: str, aliases: Collection[str] = ()) -> None:
        self._folder = folder
        self._local, _, self._domain = address.lower().rpartition("@")
        self._aliases = {one.lower() for one in aliases}
        self._paths: dict[int, Path] = {}
        self.name = f"maildir:{folder.name}"

    def __enter__(self) -> Self:
        """Look at the names.

        Raises:
            MailboxUnreachableError: it is no Maildir.
        """
        try:
            found = [path for part in _FOLDERS for path in (self._folder / part).iterdir()]
        except OSError as error:
            raise MailboxUnreachableError(f"{self.name}: {error.strerror}") from error
        self._paths = {_uid(path): path for path in sorted(found, key=lambda path: path.name)}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is held open."""

    def waiting(self, seen: SeenMails) -> list[UnreadMail]:
        """What was not looked at, by name; names do not come in order, so every one is compared."""
        known = seen.among(self._paths)
        found = []
        for uid, path in self._paths.items():
            if uid not in known and (size := _size(path)) is not None:
                found.append(UnreadMail(uid, size))
        return found

    def has_new(self, seen: SeenMails) -> bool:
        """See `Mailbox`; reads the heads of those that were not looked at."""
        return any(item.raw is not None for item in self.fetch(self.waiting(seen), 0))

    def fetch(self, batch: Sequence[UnreadMail], max_bytes: int) -> Iterator[Fetched]:
        """See `Mailbox`; of what is not for us, only the head is read."""
        for item in batch:
            try:
                path = self._paths[item.uid]
                at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                with path.open("rb") as file:
                    head = file.read(_HEAD_BYTES)
                    if not self._is_ours(head):
                        yield Fetched(item.uid, item.size_bytes, at, None)
                        continue
                    is_whole = item.size_bytes <= max_bytes
                    raw = head + file.read() if is_whole else _headers(head)
            except FileNotFoundError:  # moved or deleted since
                continue
            yield Fetched(item.uid, item.size_bytes, at, raw, is_whole)

    def flag(self, uids: Collection[int]) -> None:
        """A Maildir's flags stand in its names; ours are left alone, since its page lists them."""

    def _is_ours(self, head: bytes) -> bool:
        fields: dict[str, list[str]] = {}
        for match in _FIELD.finditer(
            _END.split(head.lstrip(b"\r\n"), 1)[0] + b"\n"
        ):  # a parser would read every other one too
            fields.setdefault(match["name"].decode().lower(), []).append(match["value"].decode("latin-1"))
        names = next((names for names in (_DELIVERED, _WRITTEN) if any(map(fields.get, names))), ())
        values = [" ".join(value.split()) for name in names for value in fields.get(name, ())]
        return any(self._is_address(address) for _, address in getaddresses(values))

    def _is_address(self, address: str) -> bool:
        local, _, domain = address.lower().rpartition("@")
        is_own = domain == self._domain and local.partition("+")[0] == self._local
        return is_own or address.lower() in self._aliases


def _uid(path: Path) -> int:
    """A number for a name; the flags behind the colon may change."""
    name = path.name.partition(":")[0].encode("utf-8", "surrogateescape")
    return int.from_bytes(hashlib.sha256(name).digest()[:8]) >> 1


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


def _headers(head: bytes) -> bytes:
    """The headers alone, as IMAP would give them."""
    lines = head.replace(b"\r\n", b"\n")
    return lines.partition(b"\n\n")[0] + b"\n\n"
