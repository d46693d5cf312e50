"""Receipts of certified mail: who sent what, and when it was accepted and delivered, stands in the history for good."""

from sqlalchemy.orm import Session

from models.queries import history
from models.queries.cases.timeline import CERTIFIED
from tasks.mailboxes.arrived import Arrived
from tasks.mailboxes.bounces import ACTOR


def note_receipt(session: Session, arrived: Arrived) -> None:
    """Write a receipt down for all that its mail was about; the original is kept as any mail's is."""
    mail = arrived.mail
    if mail is None or not mail.receipt or arrived.match.mail is None:
        return
    row = arrived.row
    for one in arrived.match.follow_ups:
        about = (one.subject_type, one.subject_id)
        history.note(
            session,
            about,
            CERTIFIED,
            row.received_at,
            ACTOR,
            cause=mail.receipt,
            original=row.digest,
            message=arrived.match.mail.key,
        )
