"""An order or invoice that is another customer's than was thought: what hangs on it moves along, or is closed.

Where both rows are one person's, everything goes on under the other row. Where they are not, what was sent stays with
whoever got it and is about nothing any more: its links show no order, and what is pressed there opens nothing of the
right customer's. The right customer is owed all of it anew, and a person hears at once what the wrong one was told.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import history
from models.queries.cases import cases
from models.queries.cases import change_of_customer as queries
from models.rules.cases.change_of_customer import FALLS_AWAY, OF_THE_PERSON, is_same_person
from models.rules.planning.step_key import StepKey
from models.tables import Case, CaseReason, Commitment, Customer, FollowUp, Invoice, Message
from models.words import CaseReasonKind, FollowUpState, Subject
from tasks.cases.close_case import close_fallen_away
from tasks.cases.open_case import About, open_case

ANOTHERS = "it is another customer's"


@dataclass(frozen=True)
class MovedSubject:
    """An order or invoice (`about`), whose it was, and whose it is."""

    about: About
    old: int
    new: int


def follow(
    session: Session, policy: Policy, moves: Sequence[MovedSubject], now: datetime, actor: str
) -> None:
    """Bring what hangs on these orders and invoices to where they belong."""
    for one in sorted(moves, key=lambda moved: (moved.new, moved.about)):  # cases are locked in one order
        old, new = session.get_one(Customer, one.old), session.get_one(Customer, one.new)
        same = is_same_person((old.email, old.billing_email), (new.email, new.billing_email))
        history.note(session, one.about, "customer-changed", now, actor, old=old.ref, new=new.ref)
        if same:
            _carry(session, one)
        else:
            told = _leave(session, one)
            _forget_words(session, one)
        _carry_promises(session, one, now, actor, same=same)
        _carry_reasons(session, policy, one, now, actor, same=same)
        if not same and told:
            _tell(session, policy, one, told, now, actor)


def _carry(session: Session, one: MovedSubject) -> None:
    """Everything goes on: what was sent was sent."""
    rows = queries.contacts(session, one.about)
    for row in rows:
        row.customer_id = one.new
    session.flush()
    queries.carry_mails(session, {row.message_id for row in rows if row.message_id is not None}, one.new)
    queries.carry_words(session, one.about, one.old, one.new)
    queries.carry_inbound(session, [row.id for row in rows], one.old, one.new)


def _leave(session: Session, one: MovedSubject) -> Sequence[Message]:
    """What went out stays with whoever got it, about nothing any more; returns the mails that reached somebody."""
    rows = queries.contacts(session, one.about)
    left = [row for row in rows if not queries.is_unsent(row)]
    threads = {(row.kind, row.step) for row in left}
    for row in rows:
        if row in left or (row.nudge and (row.kind, row.step) in threads):
            _detach(row, one)
        else:
            row.customer_id = one.new
    session.flush()
    sent = queries.mails(session, {row.message_id for row in left if row.message_id is not None})
    return [mail for mail in sent if queries.reached(mail) and mail.customer_id == one.old]


def _detach(row: FollowUp, one: MovedSubject) -> None:
    row.step = str(replace(StepKey.parse(row.step), was_about=one.about))
    row.subject_type, row.subject_id, row.customer_id, row.answer_by = (
        Subject.CUSTOMER,
        one.old,
        one.old,
        None,
    )
    if queries.is_unsent(row):
        row.state, row.reason = FollowUpState.SKIPPED, ANOTHERS


def _forget_words(session: Session, one: MovedSubject) -> None:
    """What a stranger said of it decides nothing; nor does a signature that was given for the stranger's letter."""
    queries.take_words_off(session, one.about, one.old)
    if one.about[0] == Subject.INVOICE:
        invoice = session.get_one(Invoice, one.about[1], populate_existing=True)
        invoice.said_paid_until = invoice.pays_on = invoice.pays_until = None
        invoice.signed_at = invoice.signed_by = None


def _carry_promises(session: Session, one: MovedSubject, now: datetime, actor: str, *, same: bool) -> None:
    carried = []
    for owed in queries.promises(session, one.about):
        if not same and (owed.kind in OF_THE_PERSON or owed.inbound_id is not None):
            owed.subject_type, owed.subject_id = Subject.CUSTOMER, one.old
            continue
        owed.customer_id, owed.case_id = one.new, None
        carried.append(owed.id)
        _note(session, owed, now, actor)
    session.flush()
    queries.carry_rungs(session, carried, one.new)


def _note(session: Session, owed: Commitment, now: datetime, actor: str) -> None:
    history.note(session, (Subject.COMMITMENT, owed.id), "customer-changed", now, actor, cause=ANOTHERS)


def _carry_reasons(
    session: Session, policy: Policy, one: MovedSubject, now: datetime, actor: str, *, same: bool
) -> None:
    found = queries.reasons(session, one.old, one.about)
    for case, reason in found:
        if not same and reason.response_id is not None:
            _leave_reason(session, case, reason, one, now)
            continue
        reason.settled_at = now
        if same or reason.reason not in FALLS_AWAY:
            open_case(
                session,
                policy,
                one.new,
                reason.reason,
                one.about,
                now=now,
                actor=actor,
                response_id=reason.response_id,
            )
    session.flush()
    for case in {case.id: case for case, _ in found}.values():
        if all(reason.settled_at is not None for reason in cases.reasons(session, case.id)):
            close_fallen_away(session, case, ANOTHERS, now, actor)


def _leave_reason(session: Session, case: Case, reason: CaseReason, one: MovedSubject, now: datetime) -> None:
    """What the stranger asked for is still asked for; it is about nothing of the right customer's."""
    reason.settled_at = now
    cases.add_reason(
        session,
        {
            "case_id": case.id,
            "reason": reason.reason,
            "subject_type": Subject.CUSTOMER,
            "subject_id": one.old,
            "response_id": reason.response_id,
            "at": now,
        },
    )


def _tell(
    session: Session, policy: Policy, one: MovedSubject, told: Sequence[Message], now: datetime, actor: str
) -> None:
    """A person hears what the wrong one was told: it may be a breach that has to be reported within 72 hours."""
    stranger = session.get_one(Customer, one.old)
    for mail in told:
        history.note(
            session,
            (Subject.CUSTOMER, one.new),
            "told-another",
            now,
            actor,
            cause=mail.kind,
            to=stranger.ref,
            about=list(one.about),
            sent=(mail.recorded_at or mail.marked_at).isoformat(),
        )
    open_case(session, policy, one.new, CaseReasonKind.TOLD_ANOTHER, one.about, now=now, actor=actor)
