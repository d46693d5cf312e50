"""The parts of a mail: flat, in order, and not more than are worth reading."""

from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from quopri import decodestring

from tasks.inbound import limits
from tasks.inbound.message import Unreadable
from tasks.inbound.texts import decode

RETURNED = (
    "message/rfc822",
    "text/rfc822-headers",
    "message/global",
    "message/global-headers",
    "message/rfc822-headers",
)
"""How a mail comes back inside another."""


_MAX_BLOCKS = 500
"""Blocks of a delivery report that are read."""


@dataclass(frozen=True)
class Part:
    """A leaf, or a mail inside the mail, which is not opened."""

    message: Message
    kind: str
    depth: int


def parse(raw: bytes) -> Message:
    """The tree of a mail.

    Raises:
        Unreadable: it is nested too deeply.
    """
    try:
        return message_from_bytes(raw)
    except RecursionError as error:
        raise Unreadable("the mail is nested too deeply") from error


def parts_of(mail: Message) -> list[Part]:
    """All parts but those of mails inside the mail.

    Raises:
        Unreadable: they are too many, or too deep.
    """
    found: list[Part] = []
    for part in _walk(mail, 0):
        found.append(part)
        if len(found) > limits.MAX_PARTS:
            raise Unreadable(f"the mail has more than {limits.MAX_PARTS} parts")
    return found


def _walk(mail: Message, depth: int) -> Iterator[Part]:
    if depth > limits.MAX_DEPTH:
        raise Unreadable(f"the mail is nested more than {limits.MAX_DEPTH} deep")
    kind = mail.get_content_type()
    payload = mail.get_payload()
    if kind.startswith("multipart/") and isinstance(payload, list):
        for child in messages_in(mail):
            yield from _walk(child, depth + 1)
    else:
        yield Part(mail, kind, depth)


def messages_in(mail: Message) -> list[Message]:
    """What a mail is made of, when it is made of parts or is the wrapping of a mail."""
    payload = mail.get_payload()
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []


def data_of(part: Message) -> bytes:
    """The bytes of a leaf, transfer encoding taken off; of a mail inside the mail, its source."""
    payload = part.get_payload()
    if isinstance(payload, list):
        source = b"\n".join(_source(child) for child in messages_in(part)[:_MAX_BLOCKS])
        return _plain(source, str(part.get("Content-Transfer-Encoding", "")).strip().lower())
    decoded = part.get_payload(decode=True)
    return decoded if isinstance(decoded, bytes) else b""


def _plain(source: bytes, encoding: str) -> bytes:
    """What the parser took for a mail though it was encoded, which the standard forbids and servers do."""
    if encoding == "quoted-printable":
        return decodestring(source.replace(b"=\n\n", b"=\n"))  # where the parser thought that a header ended
    if encoding != "base64":
        return source
    try:
        return b64decode(source)
    except ValueError:
        return source


def text_of(part: Message, cap: int = limits.MAX_TEXT) -> str:
    """The text of a leaf, cut to what is worth reading, and without endless lines."""
    text = decode(data_of(part)[: 4 * cap], part.get_content_charset())[:cap]
    if len(text) <= limits.MAX_LINE:
        return text
    return "\n".join(piece for line in text.split("\n") for piece in _pieces(line))


def _pieces(line: str) -> list[str]:
    """A line that is far too long, in pieces: no pattern runs over more than one of them."""
    starts = range(0, max(len(line), 1), limits.MAX_LINE)
    return [line[start : start + limits.MAX_LINE] for start in starts]


def _source(mail: Message) -> bytes:
    try:
        return mail.as_bytes()
    except (UnicodeError, LookupError, ValueError, TypeError, AttributeError, KeyError):
        head = "\n".join(f"{name}: {value}" for name, value in mail.items())
        return head.encode("utf-8", "replace")
