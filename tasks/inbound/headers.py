"""Header fields as values. Nothing here trusts a header: what cannot be read is empty."""

import re
from datetime import UTC, datetime
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import parsedate_to_datetime
from weakref import WeakKeyDictionary

from tasks.inbound import limits
from tasks.inbound.texts import clean, decode, whole

_LETTERS = "A-Za-z\u00c0-\u024f"
ADDRESS = re.compile(rf"[{_LETTERS}0-9!#$%&*+/=?^_{{|}}~.'-]{{1,100}}@[{_LETTERS}0-9._-]{{1,255}}")
"""An address as it stands in real mail, in any Latin script (RFC 6531); quotes round local parts are not read."""

_TYPE_PREFIX = re.compile(r"^(?:smtp|rfc822|mailto)[=+:]|^[=*/'.-]+", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"<[^<>\s@]{1,400}@[^<>\s]{1,200}>|<[^<>\s]{1,600}>")
_FIELDS_TO = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Forwarded-To")
_ANGLE = re.compile(r"<([^<>]{1,320})>")
_FIELD_CHARS = 4_000


def text(mail: Message, name: str, cap: int = _FIELD_CHARS) -> str:
    """The first field of that name, decoded, on one line; empty when there is none."""
    value = raw(mail, name)[:cap]
    return " ".join(decoded(value).split()) if value else ""


def raw(mail: Message, name: str) -> str:
    """The first field of that name as it stands."""
    return next(iter(all_raw(mail, name)), "")


def all_raw(mail: Message, name: str) -> list[str]:
    """All fields of that name as they stand."""
    return [whole(str(value)) for value in _fields(mail).get(name.lower(), ())]


def has(mail: Message, name: str) -> bool:
    """Whether there is such a field, whatever it says."""
    return name.lower() in _fields(mail)


_KEPT: WeakKeyDictionary[Message, dict[str, list[str]]] = WeakKeyDictionary()


def _fields(mail: Message) -> dict[str, list[str]]:
    """The fields of a mail by their names in small letters: some thirty are asked for, and each would look at all."""
    if (found := _KEPT.get(mail)) is None:
        found = {}
        # not `get_all`: it puts marks in place of the bytes of those who do not encode their headers
        for name, value in mail.raw_items():
            found.setdefault(name.lower(), []).append(value)
        _KEPT[mail] = found
    return found


def decoded(value: str) -> str:
    """RFC 2047 words decoded; words that cannot be are left as they are."""
    if "=?" not in value:
        return clean(value)
    try:
        pieces = decode_header(value)
    except (MessageError, ValueError, LookupError):
        return clean(value)
    return clean(
        "".join(decode(piece, charset) if isinstance(piece, bytes) else piece for piece, charset in pieces)
    )


def sender(mail: Message) -> tuple[str, str]:
    """Address (lower-case) and name of who wrote."""
    for name in ("From", "Sender", "Reply-To"):
        value = decoded(raw(mail, name)[:1_000])
        angled = _ANGLE.findall(value)
        found = addresses(angled[-1] if angled else value) or addresses(value)
        if found:
            shown = value.split("<")[0] if angled else re.sub(r".*\((.*)\).*", r"\1", value)
            return found[-1], shown.replace('"', "").replace(found[-1], "").strip()[:200]
    return "", ""


def recipients(mail: Message) -> tuple[str, ...]:
    """Whom the mail was for, lower-case, each once, the first hundred."""
    fields = (value for name in _FIELDS_TO for value in all_raw(mail, name)[:20])
    found = (address for value in fields for address in addresses(decoded(value)))
    return tuple(dict.fromkeys(found))[: limits.MAX_KEPT_RECIPIENTS]


def addresses(value: str) -> list[str]:
    """Every address in a text, lower-case, in order."""
    found = (_address(match) for match in ADDRESS.findall(value)) if "@" in value else ()
    return [address for address in found if address]


def _address(match: str) -> str:
    """What was found, tidied; empty when it is masked (`user...@example.com`) or no address."""
    local, _, domain = _TYPE_PREFIX.sub("", match.lower()).rpartition("@")
    domain, cut, _ = domain.partition("..")  # sendmail writes `someone@example.org... User unknown`
    domain = domain.strip(".-_")
    if not local.strip(".'") or ".." in local or not domain or (cut and "." not in domain):
        return ""
    return f"{local}@{domain}"


def message_ids(mail: Message, name: str) -> tuple[str, ...]:
    """Message-IDs in a field, with their angles, the last ones first kept."""
    found = _MESSAGE_ID.findall(clean(" ".join(all_raw(mail, name))[:60_000]))
    return tuple(dict.fromkeys(found))[-limits.MAX_KEPT_REFERENCES :]


def date(mail: Message) -> datetime | None:
    """When the sender says it was written, aware and in UTC."""
    try:
        said = parsedate_to_datetime(raw(mail, "Date")[:200])
        return (said if said.tzinfo else said.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None
