"""Mails as files in a Maildir, and what a list of them needs."""

import os
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import Header, decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from itertools import count
from pathlib import Path

_NAME = re.compile(r"\d+\.\w+\.seguito")
_HEAD_BYTES = 16_384


@dataclass(frozen=True)
class Head:
    """One line of the list."""

    name: str
    at: datetime
    sender: str
    recipients: str
    subject: str


class MailboxFolder:
    """A Maildir. Names begin with the time of arrival, so their order is the mails' order."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._heads: dict[str, Head] = {}
        self._numbers = count()
        for part in ("tmp", "new", "cur"):
            (folder / part).mkdir(parents=True, exist_ok=True)

    def deliver(self, mail: bytes) -> str:
        """Keep a mail, in full or not at all, and return its name. A power cut may take the last ones."""
        name = f"{time.time_ns()}.P{os.getpid()}Q{next(self._numbers)}.seguito"
        waiting = self.folder / "tmp" / name
        waiting.write_bytes(mail)
        waiting.rename(self.folder / "new" / name)
        return name

    def names(self) -> list[str]:
        """The names of all mails, newest first."""
        return sorted((entry.name for entry in os.scandir(self.folder / "new")), reverse=True)

    def head(self, name: str) -> Head:
        """What the list shows of a mail; read once and remembered, since a mail never changes."""
        if name not in self._heads:
            self._heads[name] = self._read_head(name)
        return self._heads[name]

    def raw(self, name: str) -> bytes | None:
        """A mail as it came; None when there is none of that name."""
        path = self.folder / "new" / name
        return path.read_bytes() if _NAME.fullmatch(name) and path.exists() else None

    def message(self, name: str) -> EmailMessage | None:
        """A mail, parsed."""
        raw = self.raw(name)
        return None if raw is None else message_from_bytes(raw, _class=EmailMessage, policy=policy.default)

    def _read_head(self, name: str) -> Head:
        with (self.folder / "new" / name).open("rb") as file:
            headers = BytesHeaderParser().parsebytes(file.read(_HEAD_BYTES))
        return Head(
            name=name,
            at=datetime.fromtimestamp(int(name.partition(".")[0]) / 1e9, UTC),
            sender=_decoded(headers.get("From", "")),
            recipients=_decoded(headers.get("To") or headers.get("Delivered-To") or ""),
            subject=_decoded(headers.get("Subject", "")),
        )


def _decoded(value: str | Header) -> str:
    """A header as people read it. The modern parser would take a second for the heads of 1000 mails."""
    try:
        return str(make_header(decode_header(value))).replace("\n", "")
    except (UnicodeError, LookupError, HeaderParseError):
        return str(value)
