"""What is due for one reader at one time goes into one mail, where it can be said together."""

from collections.abc import Hashable, Mapping, Sequence

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.sending import messages
from models.rules.planning.step_key import Mark, StepKey
from models.rules.sending import joint
from models.rules.sending.joint import Due, Notice, Place
from models.tables import Customer, FollowUp
from models.words import Subject
from tasks.mails.letter_facts import address, is_for_staff
from tasks.mails.row_facts import order_facts
from tasks.sending.gather import Batch

_OF_ITS_OWN = (Mark.LINK,)
"""Marks of notices that somebody asked for."""


def places(
    session: Session, policy: Policy, batch: Batch, sends: Sequence[tuple[FollowUp, Customer]]
) -> dict[int, Place]:
    """In which mail each of these contacts goes, by id."""
    ours = [row for row, _ in sends if row.staff_id is not None and is_for_staff(row)]
    ids = {row.id for row in ours}
    nudged = messages.thread_keys(session, [row.id for row, _ in sends if row.nudge and row.id not in ids])
    theirs = [
        _due(policy, batch, row, customer, nudged.get(row.id)) for row, customer in sends if row.id not in ids
    ]
    kinds = {one.kind for one in theirs}
    into = {kind: frozenset(other for other in kinds if _goes_into(policy, kind, other)) for kind in kinds}
    found = joint.mails([_with_leads(one, into, batch) for one in theirs])
    most = {row.staff_id or 0: _most_at_once(policy, batch, row.staff_id or 0) for row in ours}
    return found | joint.notices([_notice(policy, row) for row in ours], most)


def _most_at_once(policy: Policy, batch: Batch, reader: int) -> int:
    """Mails to one of our own people now: fewer where many went today already."""
    sending = policy.sending
    if not batch.has_digest(reader):
        return sending.notices_at_once
    return max(1, min(sending.notices_at_once, sending.notices_a_day - batch.told_today.get(reader, 0)))


def _due(policy: Policy, batch: Batch, row: FollowUp, customer: Customer, nudge_of: str | None) -> Due:
    cadence = policy.cadences[row.kind]
    to = (address(cadence.audience, customer, None, batch.desk.suppressed) or f"{row.id}").lower()
    is_letter = row.subject_type == Subject.INVOICE and cadence.one_letter
    is_of_order = row.subject_type == Subject.ORDER and not cadence.tells_back
    return Due(
        id=row.id,
        kind=row.kind,
        reader=to if is_letter else (to, customer.name.casefold()),
        about=(row.subject_type, row.subject_id),
        together=customer.language if is_letter else _tone(batch, row, customer) if is_of_order else None,
        nudge_of=nudge_of,
    )


def _tone(batch: Batch, row: FollowUp, customer: Customer) -> Hashable:
    """What a mail about orders says once for all of them."""
    order = batch.orders.get(row.subject_id)
    if order is None:
        return None
    facts = order_facts(order, customer, batch.now)
    is_sooner = bool(
        facts.promised_on and facts.promised_before and facts.promised_on < facts.promised_before
    )
    return (
        StepKey.parse(row.step).name,
        customer.language,
        facts.is_service,
        facts.as_asked,
        is_sooner,
        facts.promised_on is None,
        facts.withdrawal,
        facts.withdrawal_until,
        facts.withdrawal_days if facts.withdrawal else 0,
    )


def _goes_into(policy: Policy, kind: str, other: str) -> bool:
    one, lead = policy.cadences[kind], policy.cadences[other]
    return kind != other and (one.can_join(lead) or one.goes_before(lead))


def _with_leads(one: Due, into: Mapping[str, frozenset[str]], batch: Batch) -> Due:
    """Who wants no courtesies gets what was promised alone."""
    wants_none = batch.wants_no_extras(one.id)
    leads = frozenset() if wants_none else into[one.kind]
    return Due(one.id, one.kind, one.reader, one.about, one.together, leads, one.nudge_of)


def _notice(policy: Policy, row: FollowUp) -> Notice:
    can_share = (
        row.subject_type in (Subject.CASE, Subject.COMMITMENT, Subject.INBOUND)
        and not policy.cadences[row.kind].answers
        and StepKey.parse(row.step).mark not in _OF_ITS_OWN
    )
    return Notice(row.id, row.staff_id or 0, (row.subject_type, row.subject_id), can_share)
