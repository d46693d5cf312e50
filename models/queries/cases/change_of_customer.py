"""What hangs on an order or invoice whose customer is another one: mails, promises, reasons of cases, words."""

from collections.abc import Collection, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.queries.in_list import among
from models.tables import Case, CaseReason, Commitment, ContractEnd, FollowUp, Inbound, Message, Response
from models.words import FollowUpState, MessageState, Subject

About = tuple[str, int]
"""Subject type and id."""

_UNSENT = (FollowUpState.PLANNED, FollowUpState.HELD, FollowUpState.CLAIMED, FollowUpState.SKIPPED)
_REACHED = (MessageState.ACCEPTED, MessageState.SENDING, MessageState.ASKED)
"""The server has taken the mail, or may have."""


def contacts(session: Session, about: About) -> list[FollowUp]:
    """Every contact with the customer about a subject, oldest first; locked."""
    query = (
        select(FollowUp)
        .where(FollowUp.subject_type == about[0], FollowUp.subject_id == about[1])
        .order_by(FollowUp.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(query))


def is_unsent(contact: FollowUp) -> bool:
    """Whether nothing of a contact went out, or was brought to a person."""
    return contact.state in _UNSENT


def mails(session: Session, ids: Collection[int]) -> Sequence[Message]:
    """Mails by id, oldest first."""
    return session.scalars(select(Message).where(among(Message.id, ids)).order_by(Message.id)).all()


def reached(mail: Message) -> bool:
    """Whether somebody has a mail, as far as is known."""
    return mail.state in _REACHED


def carry_mails(session: Session, ids: Collection[int], to: int) -> None:
    """The mails of these contacts belong to another customer's row: the same person goes on reading them."""
    session.execute(update(Message).where(among(Message.id, ids)).values(customer_id=to))


def promises(session: Session, about: About) -> Sequence[Commitment]:
    """What is owed about a subject, and not done; locked."""
    return session.scalars(
        select(Commitment)
        .where(
            Commitment.subject_type == about[0],
            Commitment.subject_id == about[1],
            Commitment.done_at.is_(None),
        )
        .order_by(Commitment.id)
        .with_for_update()
    ).all()


def carry_rungs(session: Session, commitments: Collection[int], to: int) -> None:
    """The notices to our own people about promises name the customer that the promises are owed to."""
    session.execute(
        update(FollowUp)
        .where(FollowUp.subject_type == Subject.COMMITMENT, among(FollowUp.subject_id, commitments))
        .values(customer_id=to)
    )


def reasons(session: Session, customer_id: int, about: About) -> Sequence[tuple[Case, CaseReason]]:
    """The reasons that stand in a customer's open case and are about a subject; the case is locked."""
    rows = session.execute(
        select(Case, CaseReason)
        .join(CaseReason, CaseReason.case_id == Case.id)
        .where(
            Case.customer_id == customer_id,
            Case.closed_at.is_(None),
            CaseReason.subject_type == about[0],
            CaseReason.subject_id == about[1],
            CaseReason.settled_at.is_(None),
        )
        .order_by(CaseReason.id)
        .with_for_update(of=Case)
    )
    return [(case, reason) for case, reason in rows]


def carry_words(session: Session, about: About, old: int, new: int) -> None:
    """What was said about a subject is the same person's under another row."""
    column = Response.order_id if about[0] == Subject.ORDER else Response.invoice_id
    session.execute(
        update(Response).where(column == about[1], Response.customer_id == old).values(customer_id=new)
    )
    if about[0] == Subject.ORDER:
        session.execute(
            update(ContractEnd)
            .where(ContractEnd.order_id == about[1], ContractEnd.customer_id == old)
            .values(customer_id=new)
        )


def take_words_off(session: Session, about: About, old: int) -> None:
    """What a stranger said about a subject stays his or hers, and says nothing of the subject any more."""
    column = "order_id" if about[0] == Subject.ORDER else "invoice_id"
    session.execute(
        update(Response)
        .where(getattr(Response, column) == about[1], Response.customer_id == old)
        .values({column: None})
    )
    if about[0] == Subject.ORDER:
        session.execute(
            update(ContractEnd)
            .where(ContractEnd.order_id == about[1], ContractEnd.customer_id == old)
            .values(order_id=None)
        )


def carry_inbound(session: Session, contacts_: Collection[int], old: int, new: int) -> None:
    """Mails that wait for a person, and answer one of these contacts, belong to the other row too."""
    session.execute(
        update(Inbound)
        .where(
            Inbound.customer_id == old,
            Inbound.handled_at.is_(None),
            among(Inbound.follow_up_id, contacts_),
        )
        .values(customer_id=new)
    )
