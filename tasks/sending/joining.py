"""What is due for one reader at one time goes into one mail, where it can be said together."""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.sending import messages
from models.rules.planning.step_key import Mark, StepKey
from models.rules.sending import joint
from models.rules.sending.joint import Due, DueNotice, MailPlace
from models.tables import Customer, FollowUp
from models.words import Subject
from tasks.mails.letter_facts import address, is_for_staff
from tasks.mails.row_facts import order_facts
from tasks.sending.gather import Batch

_OF_ITS_OWN = (Mark.LINK,)
"""Marks of notices that somebody asked for."""


def places(
    session: Session, policy: Policy, batch: Batch, sends: Sequence[tuple[FollowUp, Customer]]
) -> dict[int, MailPlace]:
    """In which mail each of these contacts goes, by id."""
    ours = [row for row, _ in sends if row.staff_id is not None and is_for_staff(row)]
    ids = {row.id for row in ours}
    nudged = messages.thread_keys(session, [row.id for row, _ in sends if row.nudge and row.id not in ids])
    read_at = {row.id: _read_at(policy, batch, row, customer) for row, customer in sends if row.id not in ids}
    several = {to for to, number in Counter(read_at.values()).items() if number > 1}
    theirs = [
        _due(
            policy,
            batch,
            row,
            customer,
            read_at[row.id],
            nudged.get(row.id),
            is_alone=read_at[row.id] not in several,
        )
        for row, customer in sends
        if row.id in read_at
    ]
    kinds = {one.kind for one in theirs}
    into = {kind: frozenset(other for other in kinds if _goes_into(policy, kind, other)) for kind in kinds}
    alone = {row.id for row, customer in sends if customer.wants_no_extras}
    found = joint.mails([one if one.id in alone else replace(one, into=into[one.kind]) for one in theirs])
    most = {row.staff_id or 0: _most_at_once(policy, batch, row.staff_id or 0) for row in ours}
    return found | joint.notices([_notice(policy, row) for row in ours], most)


def _most_at_once(policy: Policy, batch: Batch, reader: int) -> int:
    """Mails to one of our own people now: fewer where many went today already."""
    sending = policy.sending
    if not batch.has_digest(reader):
        return sending.notices_at_once
    return max(1, min(sending.notices_at_once, sending.notices_a_day - batch.told_today.get(reader, 0)))


def _read_at(policy: Policy, batch: Batch, row: FollowUp, customer: Customer) -> str:
    audience = policy.cadences[row.kind].audience
    return (address(audience, customer, None, batch.desk.suppressed) or f"{row.id}").lower()


def _due(
    policy: Policy,
    batch: Batch,
    row: FollowUp,
    customer: Customer,
    to: str,
    nudge_of: str | None,
    *,
    is_alone: bool,
) -> Due:
    """What decides whether a contact shares a mail; its tone is not asked where nothing else goes to the address."""
    cadence = policy.cadences[row.kind]
    is_letter = row.subject_type == Subject.INVOICE and cadence.one_letter
    is_of_order = row.subject_type == Subject.ORDER and not cadence.tells_back and not is_alone
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


def _notice(policy: Policy, row: FollowUp) -> DueNotice:
    can_share = (
        row.subject_type in (Subject.CASE, Subject.COMMITMENT, Subject.INBOUND)
        and not policy.cadences[row.kind].answers
        and StepKey.parse(row.step).mark not in _OF_ITS_OWN
    )
    return DueNotice(row.id, row.staff_id or 0, (row.subject_type, row.subject_id), can_share)
