"""What the sender of a mail is told of it when the word goes out: who calls and by when, to whom it is surely owed."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from models.queries.mailboxes import acknowledgements
from models.tables import Customer, FollowUp
from models.words import CommitmentKind, Subject
from tasks.mails.letter import Heard
from tasks.mails.letter_facts import Desk

_SURE = ("token", "thread", "sender")
"""By what a mail is the customer's own. Whoever names an order may be anybody, and hears no name, hour or number."""


def heard_mails(session: Session, rows: Sequence[tuple[FollowUp, Customer]], desk: Desk) -> dict[int, Heard]:
    """By inbound id, for the words that are due."""
    due = [(row, customer) for row, customer in rows if row.subject_type == Subject.HEARD]
    if not due:
        return {}
    mails = acknowledgements.mails(session, {row.subject_id for row, _ in due})
    calls = acknowledgements.calls(session, {customer.id for _, customer in due if customer.id})
    found = {}
    for row, customer in due:
        mail = mails[row.subject_id]
        call = calls.get(customer.id) if mail.matched_by in _SURE else None
        found[mail.id] = Heard(
            sender=mail.sender,
            message_id=mail.message_id,
            at=mail.received_at,
            who=desk.contact(call.owner_id) if call is not None else None,
            by=call.due_at if call is not None else None,
            calls=customer.phone is not None,
            complains=call is None or call.kind == CommitmentKind.LISTENING_CALL,
            not_before=call.not_before if call is not None else None,
        )
    return found
