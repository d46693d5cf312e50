"""Deciding about a batch of due follow-ups: the rules get plain values, and nothing is written here."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from models.policy import DIGEST, Policy
from models.rules.calendar.calendars import Place, Window
from models.rules.calendar.due import due_at
from models.rules.commitments.ladder_changes import Times
from models.rules.escalation import recipients
from models.rules.escalation.recipients import NoticeFor, NoticeMatter
from models.rules.escalation.rung_placement import DueRung, Placed, Placement, Promise, place
from models.rules.going_live import PAST
from models.rules.planning.cadence import Cadence
from models.rules.planning.step_key import StepKey
from models.rules.sending import delivery_day
from models.rules.sending.before_sending import (
    ANSWERED_BEFORE,
    IN_DIGEST,
    JUST_TOLD,
    NOBODY,
    VANISHED,
    Ask,
    Decision,
    HoldBack,
    Moment,
    OpenCase,
    Postpone,
    Send,
    Skip,
    decide,
)
from models.tables import Customer, FollowUp, Staff
from models.words import FollowUpState, Level, Role, Subject
from tasks.cases.open_case import audience_of
from tasks.escalation.notify import is_rung
from tasks.mails.letter_facts import address, is_for_staff
from tasks.mails.mime import as_kept
from tasks.sending.gather import Batch
from tasks.sending.told_days import known_of

_MATTERS = frozenset({Subject.CASE, Subject.COMMITMENT, Subject.INBOUND})
_NEXT_DAY = "1 business day"
ANY_HOUR = Window(("00:00-24:00",), "every")
_OPENED = "opened"
NO_CADENCE = "no such cadence in the policy any more"


@dataclass(frozen=True)
class Ruling:
    """What was decided of one follow-up, with the reason, and who of our own people gets it where it is a notice."""

    row: FollowUp
    customer: Customer
    decision: Decision
    staff_id: int | None = None


@dataclass(frozen=True)
class Rulings:
    """What was decided of a batch, and the new times of rungs that stand above empty ones."""

    each: list[Ruling]
    times: Times


def decide_batch(policy: Policy, batch: Batch) -> Rulings:
    """Decide about each row of a batch."""
    placement = _placement(batch)
    each = [_ruling(policy, batch, placement, row, customer) for row, customer in batch.rows]
    return Rulings(_going_along(policy, batch, each), placement.times)


def _going_along(policy: Policy, batch: Batch, each: list[Ruling]) -> list[Ruling]:
    """What goes with the mail of another contact goes at its hour; alone it goes at its own time."""
    sent: dict[int, list[Cadence]] = defaultdict(list)
    for one in each:
        if (
            isinstance(one.decision, Send)
            and one.row.subject_type == Subject.ORDER
            and not one.row.nudge
            and not one.customer.wants_no_extras
        ):
            sent[one.row.subject_id].append(policy.cadences[one.row.kind])
    return [_at_its_hour(policy, batch, one, sent) for one in each]


def _at_its_hour(policy: Policy, batch: Batch, one: Ruling, sent: Mapping[int, Sequence[Cadence]]) -> Ruling:
    row, cadence = one.row, policy.cadences.get(one.row.kind)
    if cadence is None or row.subject_type != Subject.ORDER or row.nudge:
        return one
    is_hour = isinstance(one.decision, Postpone) and one.decision.reason is None
    is_early = row.state == FollowUpState.CLAIMED and row.due_at > batch.now
    if any(first.goes_before(cadence) for first in sent.get(row.subject_id, ())):
        return replace(one, decision=Send()) if is_hour else one
    if is_early and isinstance(one.decision, Send | Postpone):
        return replace(one, decision=Postpone(row.due_at))
    return one


def _placement(batch: Batch) -> Placement:
    due = [
        DueRung(
            row.id,
            row.subject_id,
            StepKey.parse(row.step),
            row.audience or Level.OWNER,
            batch.people_for(row),
            customer.language,
        )
        for row, customer in batch.rows
        if is_rung(row)
    ]
    promises = {
        id_: Promise(
            owed.owner_id, owed.deputy_id, owed.level, owed.done_at is not None, batch.pending.get(id_, ())
        )
        for id_, owed in batch.promises.items()
    }
    return place(due, promises, batch.now)


def _ruling(policy: Policy, batch: Batch, placement: Placement, row: FollowUp, customer: Customer) -> Ruling:
    cadence = policy.cadences.get(row.kind)
    if cadence is None:
        return Ruling(row, customer, Skip(NO_CADENCE))
    if (known := _known_already(policy, batch, cadence, row)) is not None:
        return Ruling(row, customer, known)
    if not is_for_staff(row):
        decision = _last_look(policy, batch, cadence, row, customer, row.staff_id)
        is_past = batch.began is not None and row.due_at < batch.began and not cadence.sends
        return Ruling(
            row, customer, Skip(PAST) if is_past and isinstance(decision, OpenCase | Ask) else decision
        )
    notice = _notice(batch, cadence, row, customer)
    ruled = (
        _of_rung(policy, batch, placement.rungs[row.id], notice)
        if is_rung(row)
        else _of_notice(policy, batch, row, notice)
    )
    if not isinstance(ruled, int):
        return Ruling(row, customer, ruled)
    decision = _last_look(policy, batch, cadence, row, customer, ruled)
    if isinstance(decision, Send) and DIGEST in policy.cadences:
        matter = _matter(policy, batch, cadence, row, ruled)
        decision = Skip(IN_DIGEST) if recipients.waits_for_digest(matter) else decision
    if isinstance(decision, Send) and _is_just_told(batch, row, ruled):
        decision = Skip(JUST_TOLD)
    return Ruling(row, customer, decision, ruled)


def _is_just_told(batch: Batch, row: FollowUp, staff_id: int) -> bool:
    """Whether it is the same notice to the same reader within minutes; what happened since is told all the same."""
    is_same = (row.kind, row.subject_type, row.subject_id, staff_id) in batch.just_told
    return is_same and StepKey.parse(row.step).mark is None and row.subject_type in _MATTERS


def _known_already(policy: Policy, batch: Batch, cadence: Cadence, row: FollowUp) -> Skip | HoldBack | None:
    """What is not said since it was said or answered before, or since its matter no longer comes."""
    if (told := _told_already(batch, cadence, row)) is not None:
        return Skip(told)
    if not is_for_staff(row) and batch.rests(row, policy.imports.rest_after_days):
        return HoldBack(VANISHED)
    return Skip(ANSWERED_BEFORE) if batch.was_answered_before(row, cadence) else None


def _told_already(batch: Batch, cadence: Cadence, row: FollowUp) -> str | None:
    """Why an alert about a delivery day has nothing to say any more."""
    order = batch.orders.get(row.subject_id) if row.subject_type == Subject.ORDER else None
    if order is None:
        return None
    return delivery_day.moot(
        cadence, StepKey.parse(row.step).name, known_of(order, batch.by_hand.get(order.id)), batch.now
    )


def _notice(batch: Batch, cadence: Cadence, row: FollowUp, customer: Customer) -> NoticeFor:
    level = batch.levels.get(row.subject_id, 0) if row.subject_type == Subject.CASE else 0
    return NoticeFor(
        about=(row.subject_type, row.subject_id),
        key=StepKey.parse(row.step),
        audience=audience_of(level) if cadence.audience == Role.MANAGER else cadence.audience,
        named_id=row.staff_id,
        language=customer.language,
        is_personal=cadence.is_personal,
        is_known_unheard=row.reason == NOBODY,
    )


def _of_rung(policy: Policy, batch: Batch, placed: Placed, notice: NoticeFor) -> int | Decision:
    """Who is told at a rung, or why nobody is."""
    if placed.skipped is not None:
        return Skip(placed.skipped)
    if placed.staff_id is None:
        return recipients.unheard(notice, _tomorrow(policy, batch))
    return placed.staff_id


def _of_notice(policy: Policy, batch: Batch, row: FollowUp, notice: NoticeFor) -> int | Decision:
    """Who gets a notice, or why nobody does."""
    people = batch.people_for(row)
    chosen = recipients.addressee(notice, people, batch.desk.day)
    if chosen is None:
        return recipients.without_addressee(notice, people, _tomorrow(policy, batch))
    return chosen


def _tomorrow(policy: Policy, batch: Batch) -> datetime:
    return due_at(batch.now, _NEXT_DAY, policy.working_hours, policy.company.place)


def _last_look(
    policy: Policy, batch: Batch, cadence: Cadence, row: FollowUp, customer: Customer, staff_id: int | None
) -> Decision:
    addressee = batch.desk.staff.get(staff_id) if staff_id is not None else None
    to_staff = is_for_staff(row)
    return decide(
        cadence,
        ANY_HOUR if batch.at_any_hour and not to_staff else policy.windows[cadence.window],
        Moment(
            now=batch.now,
            owed_at=row.owed_at,
            due_at=row.due_at,
            place=policy.company.place if to_staff else Place(customer.country, customer.timezone),
            conditions=batch.conditions.get((row.subject_type, row.subject_id), frozenset()),
            newer_step_due=row.id in batch.newer and not cadence.tells_back,
            answered=row.id in batch.answered,
            may_have_answered=bool(row.nudge) and row.customer_id in batch.in_doubt and not to_staff,
            extras_stopped=customer.gets_no_extras(policy.sending.no_courtesies_in),
            has_address=_has_address(batch, cadence, row, customer, addressee),
            never_stale=is_rung(row),
            last_letter_at=batch.letters.get(row.subject_id) if row.subject_type == Subject.INVOICE else None,
            letters_apart=timedelta(days=policy.credit.days_between_letters),
            held_until=None if to_staff else batch.held_until(row),
        ),
    )


def _has_address(
    batch: Batch, cadence: Cadence, row: FollowUp, customer: Customer, addressee: Staff | None
) -> bool:
    if row.subject_type == Subject.HEARD:
        return True
    if row.subject_type == Subject.REPLY:
        return as_kept(batch.replies[row.subject_id].recipient) not in batch.desk.suppressed
    return address(cadence.audience, customer, addressee, batch.desk.suppressed) is not None


def _matter(policy: Policy, batch: Batch, cadence: Cadence, row: FollowUp, staff_id: int) -> NoticeMatter:
    owed = batch.promises.get(row.subject_id) if is_rung(row) else None
    return NoticeMatter(
        kind=row.subject_type,
        key=StepKey.parse(row.step),
        tells_of_case=cadence.anchor == _OPENED,
        complains=row.customer_id in batch.complaining
        or (owed is not None and owed.id in batch.urgent_looks),
        level=row.audience if owed is not None else None,
        commitment_kind=owed.kind if owed is not None else None,
        has_list=batch.has_digest(staff_id),
        had_enough=batch.has_digest(staff_id)
        and batch.told_today.get(staff_id, 0) >= policy.sending.notices_a_day,
    )
