"""Marking mails as sending before the first byte goes out, so that what may have been sent is never sent anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.queries.sending import messages
from models.words import Channel, MessageState
from tasks.mails.composer import ComposedMail
from tasks.mails.letter_facts import Group


@dataclass(frozen=True)
class Ready:
    """A composed mail, and what it carries."""

    key: str
    group: Group
    mail: ComposedMail


def mark_mails(
    session: Session, ready: Sequence[Ready], token: str, now: datetime, lease_until: datetime
) -> list[int]:
    """Message ids in the order of `ready`. A mail that a crash left in doubt keeps its row and its Message-ID."""
    if not ready:
        return []
    tried = {item.key for item in ready if item.group.lead.message_id is not None}
    again = messages.mark_again(session, tried, token, lease_until)
    rows = [_row(item, token, now, lease_until) for item in ready if item.key not in again]
    ids = again | messages.mark(session, rows)
    messages.attach(
        session,
        [{"id": row.id, "message_id": ids[item.key]} for item in ready for row in item.group.follow_ups],
    )
    return [ids[item.key] for item in ready]


def _row(item: Ready, token: str, now: datetime, lease_until: datetime) -> dict[str, Any]:
    lead = item.group.lead
    return {
        "key": item.key,
        "customer_id": lead.customer_id,
        "staff_id": lead.staff_id,
        "channel": Channel.EMAIL,
        "kind": lead.kind,
        "step": lead.step,
        "language": item.group.customer.language,
        "recipient": item.mail.recipients[0],
        "subject": item.mail.subject,
        "text": item.mail.text if lead.staff_id is None else None,
        "state": MessageState.SENDING,
        "is_trial": item.group.is_trial,
        "claim_token": token,
        "lease_until": lease_until,
        "resends": 0,
        "marked_at": now,
    }
