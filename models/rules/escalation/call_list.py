"""Whom to call first: ranks the call list. How often somebody wrote plays no part (B10)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Call:
    """A customer who waits for one of us; references only, since the list is shown to whoever watches the runs."""

    customer: str
    why: tuple[str, ...]
    since: datetime
    """Since when the customer waits, in UTC."""
    due_at: datetime | None = None
    """The earliest hour by which somebody here promised to answer or call."""
    case: int | None = None
    owner: str | None = None
    complains: bool = False
    taken: bool = False
    holder: int | None = None
    """The manager or director whose calls it is, by id of staff; None: one of the desk, who has no capacity set."""
    matter: tuple[str, int] | None = None
    """What a link opens: `case` or `commitment`, and its id."""
    told_at_once: bool = False
    """Its holder had a mail about it when it came up."""
    not_before: datetime | None = None
    """From when on, where the customer named the hour of that promise."""
    climbed_to: frozenset[int] = frozenset()
    """Who else was told since nobody acted, by id: it takes none of their calls, and stands in their digest."""

    @property
    def readers(self) -> frozenset[int]:
        """In whose digest it stands until it is closed."""
        return self.climbed_to if self.holder is None else self.climbed_to | {self.holder}


def ranked(calls: Iterable[Call]) -> list[Call]:
    """By the hour that was promised, then by harm, then by waiting; one customer stands on the list once."""
    by_customer: dict[str, Call] = {}
    for call in calls:
        known = by_customer.get(call.customer)
        by_customer[call.customer] = call if known is None else _joined(known, call)
    return sorted(
        by_customer.values(),
        key=lambda call: (call.due_at or _NEVER, not call.complains, call.since, call.customer),
    )


def is_for_digest(call: Call, midnight: datetime) -> bool:
    """Whether its holder is to be told of a call today: what had a mail of its own has been told on its first day."""
    return not call.told_at_once or call.since < midnight


def _joined(one: Call, other: Call) -> Call:
    sooner = min(one, other, key=lambda call: call.due_at or _NEVER)
    return Call(
        customer=one.customer,
        why=tuple(dict.fromkeys(one.why + other.why)),
        since=min(one.since, other.since),
        due_at=sooner.due_at,
        not_before=sooner.not_before,
        case=one.case or other.case,
        owner=one.owner or other.owner,
        complains=one.complains or other.complains,
        taken=one.taken or other.taken,
        holder=one.holder or other.holder,
        matter=one.matter or other.matter,
        told_at_once=one.told_at_once and other.told_at_once,
        climbed_to=one.readers | other.readers,
    )


def for_today(calls: Sequence[Call], capacity: int, done: Mapping[int, int]) -> list[bool]:
    """Which calls of a ranked list are for today: the first of each manager, within what one can do in a day.

    What was done today already counts; the rest waits in the queue, and nothing but its rank brings it forward.
    """
    given = Counter(done)
    found = []
    for call in calls:
        fits = call.holder is None or given[call.holder] < capacity
        if call.holder is not None and fits:
            given[call.holder] += 1
        found.append(fits)
    return found
