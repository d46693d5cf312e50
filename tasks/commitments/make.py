"""Making promises to many customers at once: who sees to each, its ladder, its place in the history.

Whatever is read, is read for all of them in one statement, and so it is written; one promise is many of which there is
one (`tasks.commitments.close.promise`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.policy import APPOINTMENT, Policy
from models.queries import facts, history, people
from models.queries.cases import cases
from models.queries.commitments import commitments
from models.queries.planning import plan
from models.rules.calendar.due import due_at as within_hours
from models.rules.escalation import ownership
from models.rules.planning.plan import PlanFacts, new_row, owed
from models.rules.planning.step_key import Mark, StepKey
from models.rules.responses.call_hour import CallTime
from models.tables import Commitment
from models.words import CommitmentKind, Level, Subject
from tasks.commitments import ladder as climbing

About = tuple[str, int]
"""What a commitment is about: subject type and id."""

_BY_CUSTOMER = (CommitmentKind.REPLY, CommitmentKind.PHONE, CommitmentKind.CALL_BACK)
"""One open promise of these kinds a customer; of the others, one a subject."""
_TOLD_OTHERWISE = (CommitmentKind.DELIVERY, CommitmentKind.LISTENING_CALL)
"""Where there is no ladder, their owners have the order or the dossier."""


@dataclass(frozen=True)
class Owners:
    """Who sees to a matter, and the second level; both are ids of staff."""

    owner_id: int | None
    deputy_id: int | None


@dataclass(frozen=True)
class NewCommitment:
    """What is owed to one customer; the words of `tasks.commitments.close.promise`."""

    customer_id: int
    about: About
    inbound_id: int | None = None
    due_at: datetime | None = None
    owners: Owners | None = None
    case_id: int | None = None
    words: str | None = None
    asked_at: datetime | None = None
    """When the customer asked: the time runs from then. Empty: now."""
    call_time: CallTime | None = None
    """The hour that the customer named, which goes before `due_at` and the policy's time."""


def promise_all(
    session: Session,
    policy: Policy,
    kind: CommitmentKind,
    wanted: Sequence[NewCommitment],
    *,
    now: datetime,
    actor: str,
) -> list[Commitment]:
    """Promise something of one kind to each of these customers, all of them different; see `promise`.

    Returns the promises in the order given: new ones, and those that were open already.
    """
    if not wanted:
        return []
    known = open_already(session, kind, {one.customer_id: one.about for one in wanted})
    for found in known.values():
        if not climbing.wake(session, found, "asked again", now=now, actor=actor):
            _tell_again(session, policy, found, now)
    new = [one for one in wanted if one.customer_id not in known]
    made = _new(session, policy, kind, new, now, actor) if new else {}
    return [(known | made)[one.customer_id] for one in wanted]


def _new(
    session: Session,
    policy: Policy,
    kind: CommitmentKind,
    wanted: Sequence[NewCommitment],
    now: datetime,
    actor: str,
) -> dict[int, Commitment]:
    left = [one for one in wanted if one.owners is None]
    found = owners_of_all(session, [(one.customer_id, one.about) for one in left], now) if left else []
    chosen = {one.customer_id: owners for one, owners in zip(left, found, strict=True)}
    complaining = facts.complaints(session, [one.customer_id for one in wanted])
    without = [one.customer_id for one in wanted if one.case_id is None]
    open_cases = cases.open_numbers(session, without) if without else {}
    rows = []
    for one in wanted:
        owners = one.owners or chosen[one.customer_id]
        rows.append(
            {
                "customer_id": one.customer_id,
                "kind": kind,
                "subject_type": one.about[0],
                "subject_id": one.about[1],
                "case_id": one.case_id if one.case_id is not None else open_cases.get(one.customer_id),
                "inbound_id": one.inbound_id,
                "owner_id": owners.owner_id,
                "deputy_id": owners.deputy_id,
                "made_at": now,
                "asked_at": one.asked_at,
                "not_before": one.call_time.start if one.call_time else None,
                "due_at": (one.call_time.by if one.call_time else one.due_at)
                or _by_policy(policy, kind, one.asked_at or now, complains=one.customer_id in complaining),
                "words": one.words,
            }
        )
    made = make(session, policy, rows, now, actor, complaining)
    return {one.customer_id: commitment for one, commitment in zip(wanted, made, strict=True)}


def make(
    session: Session,
    policy: Policy,
    rows: Sequence[dict[str, Any]],
    now: datetime,
    actor: str,
    complaining: Collection[int | None],
) -> Sequence[Commitment]:
    """Write promises down, whatever is open already, with their ladders; `rows` have the same columns."""
    made = commitments.add(session, rows)
    about = {"at": now, "actor": actor, "subject_type": Subject.COMMITMENT, "event": "made"}
    history.note_all(
        session,
        [
            {**about, "subject_id": one.id, "cause": one.kind, "details": {"due": one.due_at.isoformat()}}
            for one in made
        ],
    )
    ladders = [climbing.rows(policy, one, complains=one.customer_id in complaining) for one in made]
    plan.add_follow_ups(session, [row for ladder in ladders for row in ladder])
    plan.add_follow_ups(session, [row for one in made for row in _for_customer(policy, one, now)])
    for one, ladder in zip(made, ladders, strict=True):
        if not ladder and one.kind not in _TOLD_OTHERWISE:
            tell(session, policy, (Subject.COMMITMENT, one.id), one.customer_id, one.owner_id, now)
    return made


def tell_called_off(session: Session, policy: Policy, owed: Commitment, now: datetime, by: int) -> None:
    """Tell that an appointment does not take place: the customer, whom we told that it does, and the one who goes.

    `by` is the id of whoever called it off, and knows.
    """
    if owed.owner_id != by:
        key = StepKey("called-off", Level.OWNER, mark=Mark.OFF, value=str(owed.id))
        climbing.tell_more(session, policy, owed, key, now)
    if not commitments.told_of(session, owed):
        return
    rows = [
        {**row, "step": str(StepKey.parse(row["step"]).marked(Mark.OFF, str(owed.id)))}
        for row in _for_customer(policy, owed, now)
    ]
    plan.add_follow_ups(session, rows)


def _for_customer(policy: Policy, made: Commitment, now: datetime) -> list[dict[str, Any]]:
    """The word to the customer about an appointment, which has the calendar file with it."""
    if made.kind != CommitmentKind.APPOINTMENT or made.customer_id is None:
        return []
    subject = PlanFacts(Subject.AGREED, made.id, made.customer_id, policy.company.place, {"agreed": now})
    cadences = {APPOINTMENT: policy.cadences[APPOINTMENT]}
    return [new_row(subject, item) for item in owed(subject, cadences, policy.windows)]


def open_already(
    session: Session, kind: CommitmentKind, matters: Mapping[int, About]
) -> dict[int, Commitment]:
    """By customer: the open promise that a new one of this kind, about this matter, would join; locked."""
    return commitments.open_ones_like(session, matters, kind, by_customer=kind in _BY_CUSTOMER)


def owners_of_all(session: Session, matters: Sequence[tuple[int, About]], now: datetime) -> list[Owners]:
    """To whom matters (customer, about) belong today: the order's owner, the deputy when the owner is away."""
    everyone, day = people.people(session), now.date()
    languages = people.languages_of(session, {customer_id for customer_id, _ in matters})
    orders = commitments.orders_about(session, matters)
    found = []
    for (customer_id, _), order in zip(matters, orders, strict=True):
        language = languages[customer_id]
        named = (order.owner_id, order.deputy_id) if order is not None else (None, None)
        if named[0] is None:
            named = ownership.owner_and_deputy(everyone, language, customer_id, day)
        found.append(Owners(*ownership.on_duty(everyone, *named, language, day)))
    return found


def tell(
    session: Session,
    policy: Policy,
    matter: About,
    customer_id: int | None,
    staff_id: int | None,
    now: datetime,
) -> None:
    """Plan the notice about a matter for its owner: the first at once, further ones once a day at most."""
    anchors = {"made": now, "parked": now}
    subject = PlanFacts(matter[0], matter[1], customer_id, policy.company.place, anchors)
    rows = [new_row(subject, item, staff_id) for item in owed(subject, policy.cadences, policy.windows)]
    if commitments.notices(session, matter):
        rows = [{**row, "step": str(StepKey.parse(row["step"]).on(now.date()))} for row in rows]
    plan.add_follow_ups(session, rows)


def _tell_again(session: Session, policy: Policy, known: Commitment, now: datetime) -> None:
    """Its owner hears once more, once a day at most."""
    if known.kind in _TOLD_OTHERWISE:
        return
    if policy.ladder(known.kind) is None:
        tell(session, policy, (Subject.COMMITMENT, known.id), known.customer_id, known.owner_id, now)
    else:
        climbing.tell_more(session, policy, known, StepKey("again", Level.OWNER, now.date()), now)


def _by_policy(policy: Policy, kind: CommitmentKind, now: datetime, *, complains: bool) -> datetime:
    within = policy.ledger.within(kind, complains=complains)
    if within is None:
        answers = policy.answers
        within = answers.phone_within if kind is CommitmentKind.PHONE else answers.reply_within
    return within_hours(now, within, policy.working_hours, policy.company.place)
