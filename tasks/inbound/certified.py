"""Italian certified mail (PEC): receipts that say so in a header, and a person's mail in the provider's wrapping.

Withdrawals, terminations and lawyers' letters come this way, so the mail inside is the one to read.
"""

from email.message import Message

from tasks.inbound import headers
from tasks.inbound.parts import data_of, parts_of

_FAILURES = {"errore-consegna", "preavviso-errore-consegna", "non-accettazione", "rilevazione-virus"}
_SUCCESSES = {"accettazione", "presa-in-carico", "avvenuta-consegna"}


def reports_failure(mail: Message) -> bool:
    """Whether a provider says that a certified mail was not accepted, or not delivered."""
    return _receipt(mail) in _FAILURES


def reports_success(mail: Message) -> bool:
    """Whether a provider says that a certified mail is on its way, or has arrived."""
    return _receipt(mail) in _SUCCESSES


def unwrapped(mail: Message) -> bytes | None:
    """The source of the mail that a provider carries in an envelope of its own (`postacert.eml`); none otherwise."""
    if not headers.text(mail, "X-Trasporto", 100):
        return None
    return next((data_of(part.message) for part in parts_of(mail) if part.kind == "message/rfc822"), None)


def _receipt(mail: Message) -> str:
    return headers.text(mail, "X-Ricevuta", 100).lower()
