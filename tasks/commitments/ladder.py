"""The ladder of a promise: planned when the promise is made, put off by its owner, raised when nobody is reached."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.policy import MAIL_NOTICE, NOTICE, Policy
from models.queries import history, people
from models.queries.commitments import commitments
from models.queries.escalation import ladder_steps
from models.queries.planning import plan
from models.rules.calendar.due import due_at
from models.rules.cases.acting import Act
from models.rules.commitments import ladder_changes
from models.rules.commitments.ladder import Telling, begun_late, climbed, rank, tellings
from models.rules.planning.step_key import Mark, StepKey
from models.tables import Commitment, Staff
from models.words import CommitmentKind, Level, Role, Subject
from tasks.commitments.own_sales import acts_open_to

_RANK_OF = {Role.MANAGER: Level.MANAGER, Role.DIRECTOR: Level.DIRECTOR}


def start(session: Session, policy: Policy, owed: Commitment, *, complains: bool) -> bool:
    """Plan whom to tell of a promise, and when. From now on the ladder stays as it is, whatever the policy says later.

    Returns False where the policy has no ladder, or no mail to tell by.
    """
    found = rows(policy, owed, complains=complains)
    plan.add_follow_ups(session, found)
    return bool(found)


def rows(policy: Policy, owed: Commitment, *, complains: bool) -> list[dict[str, Any]]:
    """The whole ladder of a promise as it goes into the table of follow-ups."""
    found = ladder(policy, owed.kind, owed.made_at, owed.clock, complains=complains, breaks=owed.breaks)
    if owed.level is not None:  # what the promise before it has told is not told again
        found = [one for one in found if one.at > owed.made_at or rank(one.level) > rank(owed.level)]
    if owed.kind == CommitmentKind.MAIL and MAIL_NOTICE in policy.cadences:  # that tells the owner first
        found = [one for one in found if one.level != Level.OWNER or one.at > owed.made_at]
    return [row(policy, owed.id, owed.customer_id, item) for item in found]


def start_late(session: Session, policy: Policy, owed: Commitment, now: datetime, *, complains: bool) -> bool:
    """Give a promise that has none its ladder, from now on. Of a delivery that is not due, only the first rung."""
    if owed.kind == CommitmentKind.DELIVERY and now < owed.due_at:
        found = first_rung(policy, owed.kind, owed.made_at, owed.due_at, owed.breaks)
    else:
        found = ladder(policy, owed.kind, owed.made_at, owed.due_at, complains=complains, breaks=owed.breaks)
    times = begun_late(found, owed.due_at, now)
    plan.add_follow_ups(
        session, [{**row(policy, owed.id, owed.customer_id, item), "due_at": at} for item, at in times]
    )
    return bool(found)


def ladder(
    policy: Policy, kind: str, made_at: datetime, due: datetime, *, complains: bool = False, breaks: int = 0
) -> list[Telling]:
    """Every notice of a promise of a kind with its time; none where the policy has no ladder, or no mail for it."""
    chosen = policy.ladder(kind)
    if chosen is None or NOTICE not in policy.cadences:
        return []
    steps = climbed(chosen, complains=complains, breaks=breaks)
    return tellings(steps, made_at, due, policy.working_hours, policy.company.place)


def first_rung(policy: Policy, kind: str, made_at: datetime, due: datetime, breaks: int) -> list[Telling]:
    """The lowest rung alone, for what most often never climbs; `start` adds the others once it is told."""
    chosen = policy.ladder(kind)
    if chosen is None or NOTICE not in policy.cadences:
        return []
    lowest = climbed(chosen, complains=False, breaks=breaks)[:1]
    return tellings(lowest, made_at, due, policy.working_hours, policy.company.place)


def row(policy: Policy, commitment_id: int, customer_id: int | None, item: Telling) -> dict[str, Any]:
    """A rung as it goes into the table of follow-ups. Who gets it is decided when it is claimed."""
    return {
        "subject_type": Subject.COMMITMENT,
        "subject_id": commitment_id,
        "customer_id": customer_id,
        "staff_id": None,
        "audience": item.level,
        "sweep": policy.cadences[NOTICE].sweep,
        "kind": NOTICE,
        "step": item.step,
        "nudge": 0,
        "owed_at": item.at,
        "due_at": item.at,
        "state": "planned",
        "attempts": 0,
    }


def acknowledge(
    session: Session, policy: Policy, owed: Commitment, until: datetime, *, now: datetime, actor: str
) -> datetime:
    """Say "mine until then": reminders to the actor's own level and below rest; whoever stands above hears as planned.

    When it lapses the matter goes up: the next level hears at that time, if it would not have heard before. The due
    time stays. Returns until when it counts: `[ledger] acknowledge_at_most` caps it.

    Args:
        session: an open transaction; `owed` is locked in it.
        policy: its cap counts in the staff's working hours.
        owed: an open promise.
        until: aware.
        now: aware.
        actor: reference of the member of staff.

    Raises:
        ValueError: the promise is closed, nobody here has the reference, or the time has passed.
    """
    who = _who(session, owed, actor)
    cap = due_at(now, policy.ledger.acknowledge_at_most, policy.working_hours, policy.company.place)
    end = min(until, cap)
    if end <= now:
        raise ValueError("until: that time has passed; name one that lies ahead")
    own = _rank(owed, who)
    ladder_steps.move(session, ladder_changes.acknowledged(ladder_steps.pending(session, owed.id), own, end))
    owed.acknowledged_by_id, owed.acknowledged_until = who.id, end
    _acted(owed, who, now)
    _note(session, owed, "acknowledged", now, actor, until=end.isoformat())
    return end


def snooze(
    session: Session,
    policy: Policy,
    owed: Commitment,
    until: datetime,
    reason: str,
    *,
    now: datetime,
    actor: str,
) -> None:
    """Let the whole ladder rest until a day, with a reason; twice at most. A question or complaint ends it.

    The due time stays. Sellers cannot: they neither mute nor delay what goes up (B04).

    Raises:
        ValueError: the promise is closed, the reason is missing, the end has passed or lies too far ahead, it was put
            off as often as the policy allows, or the actor is a seller, or nobody here.
    """
    who = _who(session, owed, actor)
    longest = due_at(now, policy.ledger.snooze_at_most, policy.working_hours, policy.company.place)
    if Act.SNOOZE not in acts_open_to(session, who):
        raise ValueError(
            "a seller cannot put a matter off; agree on a new time with the customer, or ask for help"
        )
    if not reason.strip():
        raise ValueError("reason: say in a few words why it can wait")
    if owed.snoozes >= policy.ledger.snoozes:
        raise ValueError(f"it was put off {owed.snoozes} times already; say what came of it, or hand it over")
    if not now < until <= longest:
        raise ValueError(f"until: choose a time after now, and not after {longest:%Y-%m-%d}")
    ladder_steps.move(session, ladder_changes.snoozed(ladder_steps.pending(session, owed.id), until))
    owed.snoozed_until, owed.snoozes = until, owed.snoozes + 1
    _acted(owed, who, now)
    _note(session, owed, "snoozed", now, actor, cause=reason.strip(), until=until.isoformat())


def wake(session: Session, owed: Commitment, cause: str, *, now: datetime, actor: str) -> bool:
    """End a rest before its time; False where nothing rests."""
    if owed.done_at is not None or owed.snoozed_until is None or owed.snoozed_until <= now:
        return False
    ladder_steps.move(session, ladder_changes.woken(ladder_steps.pending(session, owed.id), now))
    owed.snoozed_until = None
    _note(session, owed, "woken", now, actor, cause=cause)
    return True


def wake_all(
    session: Session, customers: Collection[int], cause: str, *, now: datetime, actor: str = "customer"
) -> int:
    """These customers ask or complain: whatever rests of theirs goes on. Returns how much that was."""
    resting = commitments.resting(session, customers, now) if customers else ()
    return sum(wake(session, owed, cause, now=now, actor=actor) for owed in resting)


def raise_now(
    session: Session, owed: Commitment, above: str, cause: str, *, now: datetime, actor: str
) -> bool:
    """The next level above `above` hears now. False where everybody above has been told, or the promise is closed."""
    if owed.done_at is not None:
        return False
    times = ladder_changes.raised(ladder_steps.pending(session, owed.id), rank(above), now)
    ladder_steps.move(session, times)
    if times:
        _note(session, owed, "raised", now, actor, cause=cause)
    return bool(times)


def hand_over(
    session: Session, policy: Policy, owed: Commitment, to: int, *, now: datetime, actor: str, cause: str
) -> None:
    """Give a promise to a colleague, who is told at once. Its due time and its ladder stay.

    Args:
        session: an open transaction; `owed` is locked in it.
        policy: names the mail.
        owed: an open promise.
        to: id of the colleague.
        now: aware.
        actor: reference of who does it, or the name of a flow.
        cause: why, for the history: a word of the program's, or a few words of the actor's.

    Raises:
        ValueError: the promise is closed, the cause is missing, or it is that colleague's already.
    """
    _open(owed)
    if not cause.strip():
        raise ValueError("say in a few words why it is handed over")
    if to == owed.owner_id:
        raise ValueError("it is that colleague's already")
    before = owed.owner_id
    owed.deputy_id = before if owed.deputy_id in {to, None} else owed.deputy_id
    owed.owner_id, owed.acted_at, owed.acknowledged_until = to, now, None
    names = people.staff(session)
    made = _note(
        session,
        owed,
        "handed-over",
        now,
        actor,
        cause=cause.strip(),
        before=names[before].ref if before else None,
        after=names[to].ref,
    )
    tell_more(
        session, policy, owed, StepKey("handed-over", Level.OWNER, mark=Mark.HANDED, value=str(made)), now
    )


def tell_more(session: Session, policy: Policy, owed: Commitment, key: StepKey, now: datetime) -> None:
    """Plan one more notice to a level, beside the ladder; the same key is told once."""
    if NOTICE in policy.cadences:
        telling = Telling(str(key), key.level, now)
        plan.add_follow_ups(session, [row(policy, owed.id, owed.customer_id, telling)])


def _rank(owed: Commitment, who: Staff) -> int:
    level = _RANK_OF.get(Role(who.role), Level.DEPUTY if who.id == owed.deputy_id else Level.OWNER)
    return rank(level)


def _who(session: Session, owed: Commitment, actor: str) -> Staff:
    _open(owed)
    who = people.staff_by_ref(session, actor)
    if who is None:
        raise ValueError(f"nobody here has the reference {actor}")
    return who


def _open(owed: Commitment) -> None:
    if owed.done_at is not None:
        raise ValueError(f"commitment {owed.id} was closed before ({owed.state})")


def _acted(owed: Commitment, who: Staff, now: datetime) -> None:
    if who.id == owed.owner_id:
        owed.acted_at = now


def _note(
    session: Session,
    owed: Commitment,
    event: str,
    now: datetime,
    actor: str,
    cause: str | None = None,
    **details: Any,
) -> int:
    return history.note(session, (Subject.COMMITMENT, owed.id), event, now, actor, cause=cause, **details)
