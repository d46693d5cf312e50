"""The mail that came back inside a report: whose it was, and who it was for."""

import re
from collections.abc import Iterable
from email import message_from_bytes
from email.message import Message

from tasks.inbound import headers
from tasks.inbound.parts import RETURNED, Part, data_of, messages_in

_ID_LINE = re.compile(
    r"^[ \t>|*]{0,10}(?:x-)?(?:original-)?message-id[ \t]*:[ \t]*\n?[ \t]*(<[^<>\s]{3,600}>)",
    re.IGNORECASE | re.MULTILINE,
)
_TO_LINE = re.compile(r"^[ \t>|*]{0,10}to[ \t]*:[ \t]*([^\n]{3,1000})", re.IGNORECASE | re.MULTILINE)
_LISTED = re.compile(r"^list-(?:id|post):", re.IGNORECASE | re.MULTILINE)
_STARTS = re.compile(
    r"^[ \t>]{0,10}(?:[-=_*]{2,}.{0,40}(?:original|returned|undelivered|unsent|copy of|headers? of"
    r"|begin(?:ning)? of|start of|message (?:header|text|follows))|.{0,30}(?:original message (?:follows"
    r"|attached|is)|below (?:this line|the next line) is a copy|message (?:text )?follows"
    r"|here is your returned mail|copy of (?:the|your) (?:original )?message)|return-path:|received: "
    r"|[-=_ *]{0,40}(?:messaggio originale|original message|oryginalna wiadomo"
    r"|urspr.{1,3}ngliche nachricht|message d'origine|mensaje original|wiadomo.{1,3} oryginalna"
    r"|testo del messaggio|tre.{1,3} wiadomo))",
    re.IGNORECASE | re.MULTILINE,
)


def split_notice(text: str) -> tuple[str, str]:
    """The notice itself, and the mail that is returned below it in the same text."""
    for match in _STARTS.finditer(text):
        if text[: match.start()].strip():
            return text[: match.start()], text[match.start() :]
    return text, ""


def headers_of(parts: Iterable[Part]) -> list[Message]:
    """The headers of the mails that came back as parts of their own."""
    return [_inner(part) for part in parts if part.kind in RETURNED]


def ids_and_recipients(returned: Iterable[Message], text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Message-IDs of what came back, and the addresses in its To."""
    ids: dict[str, None] = {}
    to: dict[str, None] = {}
    listed = bool(_LISTED.search(text))
    for mail in returned:
        ids.update(dict.fromkeys(headers.message_ids(mail, "Message-ID")))
        listed = listed or any(name in mail for name in ("List-Id", "List-Post"))
        to.update(dict.fromkeys(headers.addresses(headers.raw(mail, "To")[:10_000])))
    ids.update(dict.fromkeys(_ID_LINE.findall(text)))
    if listed:  # it went to a list, and came back from one of its readers
        return tuple(ids)[:20], ()
    if not to and (line := _TO_LINE.search(text)):
        to.update(dict.fromkeys(headers.addresses(line[1])))
    return tuple(ids)[:20], tuple(to)[:20]


def _inner(part: Part) -> Message:
    if inside := messages_in(part.message):
        return inside[0]
    return message_from_bytes(data_of(part.message)[:300_000].split(b"\n\n", 1)[0].lstrip())
