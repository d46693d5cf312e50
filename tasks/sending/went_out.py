"""What follows once it is known that a mail went out: by the server's word, by an archive, or by a person's."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import history
from models.rules.calendar.calendars import Place
from models.rules.escalation.silence import answer_by
from models.rules.planning.step_key import Mark, StepKey
from models.tables import Customer, FollowUp, Message, Order
from models.words import CommitmentKind, FollowUpState, Subject
from tasks.cases import replies
from tasks.commitments.close import promise
from tasks.escalation.notify import is_rung, told
from tasks.mails.letter_facts import Group, is_case
from tasks.sending.told_days import keep_told


def follow(session: Session, policy: Policy, rows: Sequence[FollowUp], now: datetime) -> None:
    """Do what follows from a mail that went out with these contacts; the first of them named it. Not of a trial.

    Who was told of a matter is noted; what the mail has promised is owed; what it answers is kept.
    """
    for row in rows:
        if is_case(row) and StepKey.parse(row.step).mark is not Mark.LINK:
            history.note(session, (Subject.CASE, row.subject_id), "escalated", now, row.sweep, cause=row.step)
        elif is_rung(row):
            told(session, row, now)
        cadence = policy.cadences.get(row.kind)
        if cadence is not None and cadence.owes is not None and row.customer_id is not None:
            about = (row.subject_type, row.subject_id)
            promise(
                session,
                policy,
                row.customer_id,
                CommitmentKind(cadence.owes),
                about,
                now=now,
                actor=row.sweep,
            )
    if rows and rows[0].subject_type == Subject.REPLY:
        replies.sent(session, rows[0].subject_id, now)


def arrived(session: Session, policy: Policy, message: Message, rows: list[FollowUp], now: datetime) -> None:
    """Write down that a mail of which nobody knew has gone out, at the time it was marked, with all that follows."""
    place = _place(session, policy, message)
    group = group_of(session, policy, message, rows)
    for row in rows:
        row.attempts, row.reason = row.attempts + 1, None
        if message.is_trial:
            row.state = FollowUpState.TRIAL
            continue
        cadence = policy.cadences.get(row.kind) if row.kind == rows[0].kind else None
        row.state, row.sent_at = FollowUpState.SENT, message.marked_at
        row.answer_by = answer_by(cadence, message.marked_at, place) if cadence else None
    session.flush()
    if group is not None and not message.is_trial:
        follow(session, policy, rows, now)
        keep_told(session, [group], now)


def group_of(session: Session, policy: Policy, message: Message, rows: list[FollowUp]) -> Group | None:
    """What recording needs of a letter; None where the policy or the contacts are gone. The one that named it leads."""
    rows.sort(key=lambda row: not message.key.startswith(f"f{row.id}-"))
    if not rows or rows[0].kind not in policy.cadences:
        return None
    customer = session.get(Customer, rows[0].customer_id) if rows[0].customer_id is not None else None
    company = policy.company
    nobody = Customer(language=company.language, country=company.country, timezone=company.timezone)
    return Group(
        follow_ups=rows,
        customer=customer or nobody,
        cadence=policy.cadences[rows[0].kind],
        order=_order_of(session, message, rows[0]),
        invoices=[],
        dossier=None,
        reminds_of=None,
        is_trial=message.is_trial,
    )


def _order_of(session: Session, message: Message, row: FollowUp) -> Order | None:
    """The order that a mail was about, unless its day has moved since: the mail told of the day before."""
    order = session.get(Order, row.subject_id) if row.subject_type == Subject.ORDER else None
    if order is None or (order.promise_moved_at is not None and order.promise_moved_at > message.marked_at):
        return None
    return order


def _place(session: Session, policy: Policy, message: Message) -> Place:
    customer = session.get(Customer, message.customer_id) if message.customer_id is not None else None
    return Place(customer.country, customer.timezone) if customer else policy.company.place
