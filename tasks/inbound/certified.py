"""Italian certified mail (PEC): receipts that say so in a header, and a person's mail in the provider's wrapping.

Withdrawals, terminations and lawyers' letters come this way, so the mail inside is the one to read.
"""

import re
from collections.abc import Sequence
from email.message import Message
from html import unescape

from tasks.inbound import headers
from tasks.inbound.bounces.dsn import Reported
from tasks.inbound.parts import Part, data_of, parts_of
from tasks.inbound.texts import decode

_FAILURES = {"errore-consegna", "preavviso-errore-consegna", "non-accettazione", "rilevazione-virus"}
_DELAY = "preavviso-errore-consegna"
_NO_ADDRESS = {"no-dest": "destinatario inesistente", "no-dominio": "dominio inesistente"}
_ELEMENT = re.compile(
    r"<(msgid|consegna|ricezione|errore-esteso)\b[^>]{0,200}>([^<]{1,2000})</", re.IGNORECASE
)
_ERROR = re.compile(r"<postacert\b[^>]{0,300}\berrore=[\"']([a-z-]{1,40})", re.IGNORECASE)
_CARRIED = re.compile(r"<postacert\b[^>]{0,300}\btipo=[\"']posta-certificata[\"']", re.IGNORECASE)
_PROVIDER = re.compile(r"per\s+conto\s+di\b|\bposta-certificata@", re.IGNORECASE)
_SENDER = re.compile(r"<mittente\b[^>]{0,200}>([^<]{1,400})</", re.IGNORECASE)
_SUCCESSES = {"accettazione", "presa-in-carico", "avvenuta-consegna"}


def reports_failure(mail: Message) -> bool:
    """Whether a provider says that a certified mail was not accepted, or not delivered."""
    return receipt(mail) in _FAILURES


def reports_success(mail: Message) -> bool:
    """Whether a provider says that a certified mail is on its way, or has arrived."""
    return receipt(mail) in _SUCCESSES


def ids(mail: Message, parts: Sequence[Part]) -> tuple[str, ...]:
    """Message-IDs of the mail that a receipt is about: of its header, and of its certified data."""
    if not receipt(mail):
        return ()
    named = [*headers.message_ids(mail, "X-Riferimento-Message-ID")]
    named += [value for name, value in _elements(parts) if name == "msgid"]
    return tuple(dict.fromkeys(named))


def reported(mail: Message, parts: Sequence[Part]) -> list[Reported]:
    """Whom a receipt of failure says was not reached, by its certified data (`daticert.xml`)."""
    if not reports_failure(mail):
        return []
    data = _data(parts)
    elements = _elements(parts)
    error = match[1].lower() if (match := _ERROR.search(data)) else ""
    said = " ".join(
        [*(value for name, value in elements if name == "errore-esteso"), _NO_ADDRESS.get(error, "")]
    )
    status = re.search(r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.])", said)
    action = "delayed" if receipt(mail) == _DELAY else "failed"
    whom = [address for name, value in elements if name == "consegna" for address in headers.addresses(value)]
    return [Reported(address, action, status[0] if status else None, said.strip()) for address in whom]


def _elements(parts: Sequence[Part]) -> list[tuple[str, str]]:
    return [(name.lower(), unescape(value).strip()) for name, value in _ELEMENT.findall(_data(parts))]


def _data(parts: Sequence[Part]) -> str:
    """The certified data. Read with a pattern: no entity of a stranger's XML is ever resolved."""
    return "\n".join(
        decode(data_of(part.message)[:200_000], None)
        for part in parts
        if "daticert" in str(part.message.get_filename() or "").lower()
    )


def unwrapped(mail: Message) -> tuple[bytes, str] | None:
    """The source of the mail that a provider carries in an envelope of its own (`postacert.eml`), and its sender.

    The sender is the one of the certified data; empty where they name none. Where a mail was moved on and lost the
    header that says what it is, its From and the certified data say it; who passes one on in a mail of his own is
    heard himself.
    """
    if receipt(mail):
        return None
    parts = parts_of(mail)
    data = _data(parts)
    moved = _PROVIDER.search(headers.text(mail, "From")) and _CARRIED.search(data)
    if not headers.text(mail, "X-Trasporto", 100) and not moved:
        return None
    whole = [data_of(one.message) for one in parts if _is_carried(one)]
    named = (headers.addresses(unescape(match[1])) if (match := _SENDER.search(data)) else ()) or ("",)
    return (whole[0], named[0]) if whole else None


def _is_carried(part: Part) -> bool:
    """Whether it is the mail inside; some write it as a file like any other."""
    name = str(part.message.get_filename() or "").lower()
    return part.kind == "message/rfc822" or name == "postacert.eml"


def receipt(mail: Message) -> str:
    """The kind of a provider's receipt, such as `avvenuta-consegna`; empty for any other mail."""
    return headers.text(mail, "X-Ricevuta", 100).lower()
