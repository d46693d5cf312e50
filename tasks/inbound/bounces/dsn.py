"""Delivery status notifications (RFC 3464), and what real servers make of them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tasks.inbound import headers
from tasks.inbound.parts import Part, data_of
from tasks.inbound.texts import decode

KINDS = ("message/delivery-status", "message/global-delivery-status")

_FIELD = re.compile(r"^([A-Za-z0-9-]{1,60})[ \t]*:[ \t]*(.*)$")
_EMBEDDED = re.compile(r"^(?:final|original)-recipient[ \t]*:", re.IGNORECASE | re.MULTILINE)
_REJECTED = re.compile(r"\breject|\brefus|\brifiut|\brespint|\bodrzuc|abgelehnt|abgewiesen", re.IGNORECASE)
_BLOCKS = re.compile(r"\n[ \t]*\n")
_TYPED = re.compile(r"^\s*(?:rfc822|utf-8|smtp|unknown|local|internet)\s*;\s*", re.IGNORECASE)
_DONE = ("deliver", "relay", "expand")
_MAX_BLOCKS = 500


@dataclass(frozen=True)
class Reported:
    """One recipient in a report."""

    address: str
    action: str
    status: str | None
    diagnostic: str


def reports_in(parts: Iterable[Part]) -> list[Reported]:
    """The recipients that the machine-readable parts speak of; delivered ones too."""
    return [
        reported
        for part in parts
        if part.kind in KINDS
        for reported in _read(decode(data_of(part.message)[:200_000], None))
    ]


def reports_in_text(text: str) -> list[Reported]:
    """The same, from a notice that carries the fields in its text."""
    return _read(text) if _EMBEDDED.search(text) else []


def rejections_in(parts: Iterable[Part], text: str) -> list[Reported]:
    """Whose filter rejected the mail and says so in the form of a receipt (RFC 5429, 2.1.2).

    `text` is what the mail shows to people: receipts of what was deleted unread have the same form.
    """
    if not _REJECTED.search(text[:2_000]):
        return []
    told = (
        _fields(decode(data_of(part.message)[:50_000], None).strip())
        for part in parts
        if part.kind == "message/disposition-notification"
    )
    whom = (fields for fields in told if "deleted" in fields.get("disposition", "").lower())
    found = (_address(fields.get("original-recipient", fields.get("final-recipient", ""))) for fields in whom)
    return [
        Reported(address, "failed", None, "rejected by a filter, as spam") for address in found if address
    ]


def has_failed(reported: Reported) -> bool:
    """Whether the report is about a failure or a delay, not about a delivery."""
    return not reported.action.startswith(_DONE) and not (reported.status or "").startswith("2")


def _read(text: str) -> list[Reported]:
    blocks = (_fields(block) for block in _BLOCKS.split(text)[:_MAX_BLOCKS])
    return [reported for fields in blocks for reported in _reported(fields)]


def _fields(block: str) -> dict[str, str]:
    found: dict[str, str] = {}
    name = ""
    for line in block.split("\n"):
        if match := _FIELD.match(line):
            name = match[1].lower()
            name = "" if name in found else name
            if name:
                found[name] = match[2].strip()
        elif name and line[:1] in " \t":
            found[name] = f"{found[name]} {line.strip()}"[:4_000]
    return found


def _reported(fields: dict[str, str]) -> list[Reported]:
    if not any(name in fields for name in ("action", "status", "diagnostic-code")):
        return []
    address = next(filter(None, (_address(fields.get(name, "")) for name in _RECIPIENT_FIELDS)), "")
    if not address:
        return []
    status = fields.get("status", "")
    found = re.search(r"[245]\.\d{1,3}\.\d{1,3}", status)
    diagnostic = " ".join(filter(None, (fields.get("diagnostic-code", ""), "" if found else status)))
    return [Reported(address, fields.get("action", "").lower(), found[0] if found else None, diagnostic)]


# what was written to first: the mail may have been forwarded to an address that nobody here has heard of
_RECIPIENT_FIELDS = ("original-recipient", "x-actual-recipient", "final-recipient")


def _address(value: str) -> str:
    """An address out of `rfc822; someone@example.org`; nothing when it is of another type, such as x400."""
    value = headers.decoded(value)
    kind = value.partition(";")[0].strip().lower() if ";" in value else "rfc822"
    if not _TYPED.match(value) and kind != "rfc822":
        return ""
    return next(iter(headers.addresses(_TYPED.sub("", value))), "")
