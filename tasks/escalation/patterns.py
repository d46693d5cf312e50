"""Patterns in the ledger: the commitments of a silent colleague go to the deputy, and many slips to the manager."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import people, watermarks
from models.queries.cases import cases
from models.queries.escalation import patterns
from models.queries.escalation.leavers import any_left_behind
from models.rules.commitments.ladder import rank
from models.rules.escalation import ownership
from models.rules.sending.faults import Fault, Stage
from models.tables import Case, Commitment
from models.words import CaseReasonKind, Level, Role, Subject
from tasks.cases.listening_call import cases_without_call
from tasks.cases.matters import anything_to_ask, ask_for_release
from tasks.cases.open_case import open_case
from tasks.commitments import ladder
from tasks.commitments.backfill_ladders import any_to_look_at, promises_without_ladder
from tasks.escalation.leavers import relieve_who_left
from tasks.escalation.undeliverable_notices import people_changed, tell_the_unheard
from tasks.runtime.apart import apart
from tasks.runtime.database import Database
from tasks.runtime.held_rows import each, hold

_ACTOR = "escalate-unanswered"
_MARK = "ledger-watched"
HELD = "held by a fault"
_OVERLAP, _REMEMBER = timedelta(minutes=1), timedelta(hours=1)
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def watch_ledger(db: Database, policy: Policy, now: datetime) -> Counter[str]:
    """Take up patterns: orders and owners that miss again and again (B25), and owners who are silent (B31).

    Idempotent: a pattern is taken up once, and looked for only where something slipped since the last look. Returns how
    many promises were raised and handed to a deputy, and how many cases got a clock.
    """
    with db.read() as session:
        if not something_to_do(session, policy, now):
            return Counter()
    with db.write() as session:
        count: Counter[str] = Counter()

        def failed(_: _Look, fault: Fault) -> None:
            hold(session, fault, Stage.OTHER, (), now)
            count[HELD] += 1

        def look(looks: Sequence[_Look]) -> Counter[str]:
            return sum((one(session, policy, now) for one in looks), Counter())

        for found in apart(session, _LOOKS, look, failed):
            count += found
    return +count


def _clocks(session: Session, policy: Policy, now: datetime) -> Counter[str]:
    return Counter({"cases given a clock": cases_without_call(session, policy, now, _ACTOR)})


def _ladders(session: Session, policy: Policy, now: datetime) -> Counter[str]:
    return Counter({"promises given a ladder": promises_without_ladder(session, policy, now, _ACTOR)})


def _unheard(session: Session, _: Policy, now: datetime) -> Counter[str]:
    return Counter({"notices that can be told now": tell_the_unheard(session, now)})


def _leavers(session: Session, policy: Policy, now: datetime) -> Counter[str]:
    return Counter({"things of people who left, handed over": relieve_who_left(session, policy, now)})


def _silent_owners(session: Session, policy: Policy, now: datetime) -> Counter[str]:
    moved, held = _relieve_the_silent(session, policy, now)
    return Counter({"promises handed to a deputy": moved, HELD: held})


def _matters(session: Session, policy: Policy, now: datetime) -> Counter[str]:
    return Counter({"managers asked whether a ladder goes on": ask_for_release(session, policy, now, _ACTOR)})


def something_to_do(session: Session, policy: Policy, now: datetime) -> bool:
    """Whether a look at the ledger would find something; most find nothing, and cost no write lock."""
    seen = _seen(session, policy, now)
    return (
        cases.any_without_call(session)
        or anything_to_ask(session, policy, now)
        or any_left_behind(session)
        or any_to_look_at(session, policy)
        or people_changed(session, now)
        or bool(patterns.silent_owners(session, now, policy.ledger.silent_on))
        or now - seen > _REMEMBER
        or patterns.anything_slipped(session, seen, now)
    )


def _seen(session: Session, policy: Policy, now: datetime) -> datetime:
    """Until when the ledger was watched; a little less, for what was written meanwhile."""
    kept = watermarks.watermark(session, _MARK)
    seen = datetime.fromisoformat(kept) if kept else _LONG_AGO
    return max(seen - _OVERLAP, now - timedelta(days=policy.ledger.misses_within_days))


def _raise_patterns(session: Session, policy: Policy, now: datetime) -> Counter[str]:
    seen = _seen(session, policy, now)
    if seen >= now:
        return Counter()
    since = now - timedelta(days=policy.ledger.misses_within_days)
    slipping = patterns.orders_that_slip(session, seen, since, now, policy.ledger.misses)
    opened, held = each(session, slipping, lambda one: _open(session, policy, one, now), now)
    owners = patterns.owners_that_slip(session, seen, since, now, policy.ledger.misses)
    late = [
        owed
        for owed in patterns.overdue_of(session, owners, now)
        if owed.level is None or rank(owed.level) < rank(Level.MANAGER)
    ]
    why = "the owner missed several terms"
    raised, more = each(
        session,
        late,
        lambda owed: ladder.raise_now(session, owed, Level.TEAM_LEAD, why, now=now, actor=_ACTOR),
        now,
    )
    if not held + more:  # else they are looked for again
        watermarks.set_watermark(session, _MARK, now.isoformat(), now)
    return Counter({"orders with missed terms": opened, "promises raised": raised, HELD: held + more})


def _open(session: Session, policy: Policy, slips: tuple[int, int], now: datetime) -> Case:
    order_id, customer_id = slips
    about = (Subject.ORDER, order_id)
    reason = CaseReasonKind.MISSED_TERMS
    return open_case(session, policy, customer_id, reason, about, now=now, actor=_ACTOR)


def _relieve_the_silent(session: Session, policy: Policy, now: datetime) -> tuple[int, int]:
    """Who is silent about several promises loses these to the deputy; one without a deputy, to whoever is on duty.

    Nobody who is silent gets more: two who stand in for each other do not swap, it goes up.
    """
    silent = patterns.silent_owners(session, now, policy.ledger.silent_on)
    others = [person for person in people.people(session) if person.id not in silent]
    handed = []
    for owner_id in silent:
        for owed in patterns.silent_ones(session, owner_id, now):
            named = ownership.at_level(others, Level.DEPUTY, owner_id, owed.deputy_id, "", now.date())
            role = Role.MANAGER if owed.deputy_id in silent else Role.AFTER_SALE
            to = named or ownership.standing(others, role, "", now.date())
            if to is not None:
                handed.append((owed, to))
    return each(session, handed, lambda one: _hand_over(session, policy, *one, now), now)


def _hand_over(session: Session, policy: Policy, owed: Commitment, to: int, now: datetime) -> bool:
    ladder.hand_over(session, policy, owed, to, now=now, actor=_ACTOR, cause="silent owner")
    return True


_Look = Callable[[Session, Policy, datetime], Counter[str]]
_LOOKS: Sequence[_Look] = (_clocks, _ladders, _unheard, _leavers, _silent_owners, _matters, _raise_patterns)
