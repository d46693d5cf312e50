"""What a mail may measure. Checked on the raw bytes first: parsing a bomb is what makes it go off."""

import re

from tasks.inbound.message import Unreadable

MAX_BYTES = 30 * 1024 * 1024
MAX_LINES = 600_000
MAX_HEADERS = 500
MAX_HEADER_BYTES = 256 * 1024
MAX_PART_HEADER_BYTES = 8 * 1024
MAX_RECIPIENTS = 1_000
MAX_MULTIPARTS = 100
MAX_WORK = 6_000_000
"""Lines times nested parts: the parser compares each line with every boundary above it."""
MAX_PARTS = 250
MAX_DEPTH = 20
MAX_TEXT = 400_000
"""Characters of text that are looked at; the original keeps the rest."""
MAX_LINE = 10_000
MAX_ATTACHMENTS = 30
MAX_ATTACHMENT_BYTES = 15 * 1024 * 1024
MAX_KEPT_RECIPIENTS = 100
MAX_KEPT_REFERENCES = 50

_MULTIPART = re.compile(rb"multipart/|message/rfc822", re.IGNORECASE)
_PART_HEADER = re.compile(
    rb"^content-[a-z-]{1,40}:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*", re.IGNORECASE | re.MULTILINE
)
_RECIPIENT_FIELD = re.compile(
    rb"^(?:to|cc|bcc|apparently-to):[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*", re.IGNORECASE | re.MULTILINE
)
_HEADER_END = re.compile(rb"\r?\n\r?\n|\r\r")
_FIELD = re.compile(rb"^[^\s:]+:", re.MULTILINE)


def refuse_bombs(raw: bytes) -> None:
    """Refuse what would cost too much to read.

    Raises:
        Unreadable: the mail is empty, or beyond a limit.
    """
    if not raw.strip():
        raise Unreadable("the mail is empty")
    _at_most(len(raw), MAX_BYTES, "bytes")
    lines = max(raw.count(b"\n"), raw.count(b"\r"))
    _at_most(lines, MAX_LINES, "lines")
    _check_header(raw)
    nested = sum(1 for _ in _MULTIPART.finditer(raw))
    _at_most(nested, MAX_MULTIPARTS, "nested parts")
    _at_most(nested * lines, MAX_WORK, "lines times nested parts")
    longest = max((len(match[0]) for match in _PART_HEADER.finditer(raw)), default=0)
    _at_most(longest, MAX_PART_HEADER_BYTES, "bytes in the header of a part")


def _check_header(raw: bytes) -> None:
    end = _HEADER_END.search(raw)
    header = raw[: end.start()] if end else raw
    _at_most(len(header), MAX_HEADER_BYTES, "bytes of header")
    _at_most(sum(1 for _ in _FIELD.finditer(header)), MAX_HEADERS, "header fields")
    recipients = sum(match[0].count(b"@") for match in _RECIPIENT_FIELD.finditer(header))
    _at_most(recipients, MAX_RECIPIENTS, "recipients")


def _at_most(number: int, limit: int, what: str) -> None:
    if number > limit:
        raise Unreadable(f"the mail has {number:,} {what}; at most {limit:,} are read")
