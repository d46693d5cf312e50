"""Keeping to the pace: runs wait for their share of a minute; what a new domain may not get yet goes later."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.sending import rate_limit
from models.rules.sending.before_sending import PACED, Postpone
from models.rules.sending.rate_limit import HOUR, MINUTE, hourly_cap, window_start
from models.tables import PaceCount
from tasks.mails.letter_facts import Group
from tasks.runtime.clock import Clock
from tasks.runtime.database import Database
from tasks.sending.recipient_cap import over_cap, recipient

_MINUTE = "minute"


async def room(db: Database, policy: Policy, clock: Clock, wanted: int) -> int:
    """How many mails may go now, up to `wanted`; taken from the minute's share, after waiting for one if need be."""
    if policy.sending.pace.per_minute is None:
        return wanted
    while True:
        now = clock.now()
        if granted := take(db, policy, wanted, now):
            return granted
        await asyncio.sleep((window_start(now, MINUTE) + MINUTE - now).total_seconds())


def take(db: Database, policy: Policy, wanted: int, now: datetime) -> int:
    """Take up to `wanted` mails from the share of the minute of `now`; a negative number gives some back."""
    most = policy.sending.pace.per_minute
    if most is None:
        return wanted
    with db.write() as session:
        counter = rate_limit.counters(session, {_MINUTE}, now)[_MINUTE]
        _enter_window(counter, now, MINUTE)
        granted = max(min(wanted, most - counter.used), -counter.used)
        counter.used += granted
    return granted


def put_off(
    session: Session, policy: Policy, groups: Sequence[Group], now: datetime, clock_now: datetime
) -> dict[int, Postpone]:
    """Which of these mails have to wait, by the id of their lead: for their address's sake, or a new domain's."""
    capped = over_cap(session, policy, groups, now)
    return capped | over_pace(
        session, policy, [one for one in groups if one.lead.id not in capped], clock_now
    )


def over_pace(
    session: Session, policy: Policy, groups: Sequence[Group], now: datetime
) -> dict[int, Postpone]:
    """Which of these mails a ramp puts off, by the id of their lead; mails to our own people go at once."""
    ramps = _ramps(policy, groups)
    if not ramps:
        return {}
    counters = rate_limit.counters(session, {name for names in ramps.values() for name in names}, now)
    for counter in counters.values():
        _enter_window(counter, now, HOUR)
        if counter.name.startswith("from:") and counter.used == 0:
            counter.first_at = min(rate_limit.first_mail(session) or now, counter.first_at)
    later = Postpone(window_start(now, HOUR) + HOUR, PACED)
    return {lead: later for lead, names in ramps.items() if not _taken(names, counters, now)}


def _taken(names: Mapping[str, Sequence[int]], counters: Mapping[str, PaceCount], now: datetime) -> bool:
    """Whether one more mail fits into every ramp that it is under; counts it then."""
    for name, ramp in names.items():
        cap = hourly_cap(ramp, counters[name].first_at, now)
        if cap is not None and counters[name].used >= cap:
            return False
    for name in names:
        counters[name].used += 1
    return True


def _ramps(policy: Policy, groups: Sequence[Group]) -> dict[int, dict[str, Sequence[int]]]:
    """The ramps that each mail to a customer is under, by the id of its lead."""
    pace = policy.sending.pace
    if not pace.ramp and not pace.ramp_per_domain:
        return {}
    ours = policy.company.sender.rpartition("@")[2].lower()
    found: dict[int, dict[str, Sequence[int]]] = {}
    for group in groups:
        if (to := recipient(group)) is not None:
            under = {f"from:{ours}": pace.ramp, f"to:{to.rpartition('@')[2].lower()}": pace.ramp_per_domain}
            found[group.lead.id] = {name: ramp for name, ramp in under.items() if ramp}
    return found


def _enter_window(counter: PaceCount, now: datetime, length: timedelta) -> None:
    start = window_start(now, length)
    if counter.window_at < start:
        counter.window_at, counter.used = start, 0
