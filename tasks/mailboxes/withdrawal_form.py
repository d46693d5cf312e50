"""A withdrawal that is declared on the open page, by order number and address: by whoever knows both, or by a stranger.

The page says the same to both, so that nobody learns which orders there are. Nothing is lost: what fits no order is
put before a person as a mail from a stranger is.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.mailboxes import inbound
from models.queries.responses import pages
from models.words import InboundState, ParkedFor
from tasks.mailboxes.parking import park
from tasks.mails.formats import clean
from tasks.mails.mime import as_kept
from tasks.responses import withdrawal

MOST_STRANGERS_A_DAY = 50
"""Beyond it no further one brings a notice: they wait in the list, and the digest counts them."""
_WHY = "declared on the open page; no such order at that address"


@dataclass(frozen=True)
class FormClaim:
    """What was filled in, and the declaration that was made of it."""

    order: str
    address: str
    name: str
    text: str


def declare(
    session: Session, policy: Policy, claim: FormClaim, now: datetime, keep: Callable[[bytes], str]
) -> None:
    """Record the declaration for its order, or put it before a person; the same one twice counts once.

    `keep` stores the original of what fits no order, and returns its digest.
    """
    found = pages.order_with_customer(session, claim.order)
    if found is not None:
        order, customer = found
        addresses = (customer.email, customer.billing_email, customer.certified_email)
        known = {as_kept(one) for one in addresses if one}
        if as_kept(claim.address) in known and order.withdrawal_days > 0:
            withdrawal.declare(session, policy, order, claim.text, now)
            return
    _put_before_a_person(session, policy, claim, now, keep)


def _put_before_a_person(
    session: Session, policy: Policy, claim: FormClaim, now: datetime, keep: Callable[[bytes], str]
) -> None:
    raw = f"{claim.address}\n{claim.name}\n{claim.order}\n\n{claim.text}\n".encode()
    digest = hashlib.sha256(raw).hexdigest()
    today = inbound.count_by_why(session, _WHY, now - timedelta(days=1))
    row = {
        "identity": digest,
        "digest": digest,
        "size_bytes": len(raw),
        "received_at": now,
        "recorded_at": now,
        "state": InboundState.PARKED,
        "message_id": None,
        "sender": as_kept(claim.address),
        "sender_name": clean(claim.name),
        "subject": clean(claim.order),
        "verdict": "human",
        "why": _WHY,
        "words": claim.text,
        "quoted": "",
        "attachments": [],
    }
    for new in inbound.add(session, [row]).values():
        keep(raw)
        park(session, policy, new, ParkedFor.STRANGER, now, is_bulk=today >= MOST_STRANGERS_A_DAY)
