"""Contacts to one person see each other: at most one courtesy a day, so many a week, and none beside other mail.

The person is whoever reads an address, over all orders and cadences. What was promised to be told (a confirmation, a
delay, money) is never moved by this; a courtesy makes room for it.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.rules.calendar.calendars import Place, Window, day_start, local_day, next_open
from models.rules.sending.before_sending import Postpone, Skip

CROWDED = "other mail to the same person goes first"
ENOUGH = "enough courtesies to the same person"
TOLD_LATELY = "other mail told the same person lately"
ENOUGH_OF_ORDER = "enough mails about the same order"
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class SpacedContact:
    """A mail that could go out now; `window` is when it may, at the customer's `place`."""

    id: int
    person: str
    is_courtesy: bool
    owed_at: datetime
    latest: datetime
    """Later it is no use."""
    window: Window
    place: Place
    is_needed: bool = False
    """It has to reach the customer: it makes room for other courtesies alone, is moved by days, and never skipped."""
    not_within: timedelta | None = None
    """It says nothing new this soon after another mail."""


@dataclass(frozen=True)
class Earlier:
    """A mail that went to a person."""

    at: datetime
    is_courtesy: bool


def space(
    contacts: Sequence[SpacedContact],
    earlier: Mapping[str, Sequence[Earlier]],
    awaited: Collection[str],
    now: datetime,
    per_week: int,
) -> dict[int, Postpone | Skip]:
    """Which of these contacts have to wait, or are not sent at all, by id.

    Args:
        contacts: all that could go out now, of any kind.
        earlier: by person, what went out within the last weeks.
        awaited: persons to whom a mail about money, or an apology, is due today.
        now: aware.
        per_week: courtesies to one person in seven days.
    """
    busy = {one.person for one in contacts if not one.is_courtesy} | set(awaited)
    courtesies: dict[str, int] = defaultdict(int)
    found: dict[int, Postpone | Skip] = {}
    for one in sorted(contacts, key=lambda each: (not each.is_needed, each.owed_at, each.id)):
        if not one.is_courtesy:
            continue
        before = earlier.get(one.person, ())
        if _says_nothing_new(one, before, now):
            found[one.id] = Skip(TOLD_LATELY)
            continue
        wait = _wait(one, before, courtesies[one.person], now, per_week, busy=one.person in busy)
        if wait is None:
            courtesies[one.person] += 1
        else:
            found[one.id] = wait
    return found


def _says_nothing_new(one: SpacedContact, before: Sequence[Earlier], now: datetime) -> bool:
    span = one.not_within
    return span is not None and any(mail.at > now - span for mail in before)


def _wait(
    one: SpacedContact, before: Sequence[Earlier], others: int, now: datetime, per_week: int, *, busy: bool
) -> Postpone | Skip | None:
    """Until when a courtesy waits; None where it goes now."""
    today = local_day(now, one.place)
    of_today = [mail for mail in before if local_day(mail.at, one.place) == today]
    is_crowded = others > 0 or any(mail.is_courtesy for mail in of_today)
    if not one.is_needed:
        is_crowded = is_crowded or busy or bool(of_today)
    week = sorted(mail.at for mail in before if mail.is_courtesy and mail.at > now - _WEEK)
    is_full = len(week) + others >= per_week and not one.is_needed
    if not is_crowded and not is_full:
        return None
    earliest = day_start(today + timedelta(days=1), one.place)
    if is_full and len(week) >= per_week:
        earliest = max(earliest, week[len(week) - per_week] + _WEEK)
    until = next_open(earliest, one.window, one.place)
    if until <= one.latest:
        return Postpone(until, ENOUGH if is_full else CROWDED)
    return None if one.is_needed else Skip(ENOUGH if is_full else CROWDED)


@dataclass(frozen=True)
class OfOrder:
    """Mails about one order to one reader in which nothing is wrong: how many went out, and how many are coming."""

    sent: int = 0
    coming: int = 0


def is_enough(orders: Collection[OfOrder | None], most: int) -> bool:
    """Whether a notice before the due day is one mail too many about each of its orders (None: of no order).

    It says what the invoice says; what else is said or asked within the next weeks goes before it. Whoever got
    none of the other mails, such as an accountant, gets it.
    """
    return bool(orders) and all(
        one is not None and one.sent and one.sent + one.coming >= most for one in orders
    )
