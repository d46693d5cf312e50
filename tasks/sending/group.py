"""Putting what is to be sent together: one group for each mail, with everything that the mail is about."""

from collections.abc import Hashable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import DIGEST, FAULT_NOTICE, Policy
from models.queries import facts
from models.queries.cases import contract_ends, matters
from models.queries.cases import dossier as dossiers
from models.queries.commitments import commitments
from models.queries.sending import messages
from models.tables import Case, Customer, FollowUp, Order
from models.words import Level, Subject
from tasks.escalation.daily_digest import digest_of
from tasks.escalation.fault_notices import fault_facts
from tasks.mails.agreed_facts import agreed_facts
from tasks.mails.letter import Agreed, Written
from tasks.mails.letter_facts import Group, called_at, gravest_first, is_case
from tasks.mails.notice_facts import notice
from tasks.sending.gather import Batch
from tasks.sending.joining import places
from tasks.sending.shared_notices import is_shared, shared_notices


def group(
    session: Session, policy: Policy, batch: Batch, sends: Sequence[tuple[FollowUp, Customer]]
) -> list[Group]:
    """One group a mail: what is due for one reader at one time and can be said together goes together.

    The mail with what has been due longest comes first: a confirmation in a welcome's mail keeps its place.
    """
    found = places(session, policy, batch, sends)
    together: dict[Hashable, list[tuple[FollowUp, Customer]]] = {found[row.id].mail: [] for row, _ in sends}
    for row, customer in sorted(sends, key=lambda pair: found[pair[0].id].goes_along):
        together[found[row.id].mail].append((row, customer))
    called = facts.called(session, batch.invoices)
    declared = contract_ends.told_back(session, policy, sends)
    threads = messages.thread_keys(session, [row.id for row, _ in sends if row.nudge])
    now = batch.now
    return [
        shared_notices(session, policy, pairs, now)
        if is_shared(found[pairs[0][0].id])
        else Group(
            follow_ups=(rows := gravest_first(policy, [row for row, _ in pairs])),
            customer=(buyers := {customer.id: customer for _, customer in pairs}).get(
                rows[0].customer_id or 0, pairs[0][1]
            ),
            buyers=buyers,
            cadence=policy.cadences[rows[0].kind],
            order=_order_of(session, batch, rows[0]),
            others=_others(batch, rows),
            opened_by=_opened_by(policy, rows),
            invoices=[batch.invoices[row.subject_id] for row in rows if row.subject_type == Subject.INVOICE],
            dossier=dossiers.dossier(session, rows[0].subject_id, now) if is_case(rows[0]) else None,
            reminds_of=threads.get(rows[0].id),
            notice=notice(session, rows[0], now),
            fault=fault_facts(session, rows[0]) if rows[0].kind == FAULT_NOTICE else None,
            digest=digest_of(session, policy, rows[0].subject_id, now) if rows[0].kind == DIGEST else None,
            declared=declared.get(rows[0].id),
            spoke_at=_spoke_at(session, rows[0]),
            agreed_until=_agreed_until(session, rows[0]),
            heard=batch.heard.get(rows[0].subject_id) if rows[0].subject_type == Subject.HEARD else None,
            written=_written(batch, rows[0]),
            agreed=_agreed(session, policy, rows[0]),
            called_at=called_at({row.subject_id for row in rows} & batch.invoices.keys(), called),
        )
        for pairs in together.values()
    ]


def _agreed(session: Session, policy: Policy, row: FollowUp) -> Agreed | None:
    """What goes into a calendar: of the customer, or of the one who goes."""
    is_owners = row.subject_type == Subject.COMMITMENT and row.audience in {None, Level.OWNER}
    if not is_owners and row.subject_type != Subject.AGREED:
        return None
    owed = commitments.get(session, row.subject_id)
    if owed is None or (is_owners and owed.owner_id != row.staff_id):
        return None
    return agreed_facts(session, owed, policy.company.sender.rpartition("@")[2])


def _written(batch: Batch, row: FollowUp) -> Written | None:
    reply = batch.replies.get(row.subject_id) if row.subject_type == Subject.REPLY else None
    if reply is None:
        return None
    author = batch.desk.staff[reply.staff_id].name
    return Written(reply.recipient, reply.subject, reply.text, author, reply.in_reply_to, tuple(reply.thread))


def _spoke_at(session: Session, row: FollowUp) -> datetime | None:
    closed = session.get(Case, row.subject_id) if row.subject_type == Subject.CLOSED_CASE else None
    return closed.spoke_at if closed is not None else None


def _agreed_until(session: Session, row: FollowUp) -> datetime | None:
    if row.subject_type != Subject.CLOSED_CASE:
        return None
    return matters.remedy_owed_by(session, row.subject_id)


def _others(batch: Batch, rows: Sequence[FollowUp]) -> list[Order]:
    """The further orders that a mail is about, each once."""
    ids = dict.fromkeys(row.subject_id for row in rows if row.subject_type == Subject.ORDER)
    return [batch.orders[id_] for id_ in list(ids)[1:] if id_ in batch.orders]


def _opened_by(policy: Policy, rows: Sequence[FollowUp]) -> tuple[str, ...]:
    lead = policy.cadences[rows[0].kind]
    along = dict.fromkeys(row.kind for row in rows[1:] if row.kind != rows[0].kind)
    return tuple(kind for kind in along if policy.cadences[kind].goes_before(lead))


def _order_of(session: Session, batch: Batch, row: FollowUp) -> Order | None:
    if row.subject_type == Subject.CLOSED_CASE:
        return commitments.order_about(session, row.customer_id or 0, (row.subject_type, row.subject_id))
    if row.subject_type == Subject.AGREED and (made := commitments.get(session, row.subject_id)) is not None:
        return commitments.order_about(session, made.buyer_id, (made.subject_type, made.subject_id))
    return batch.orders.get(row.subject_id) if row.subject_type == Subject.ORDER else None
