"""Whom to call first. How often somebody wrote plays no part (B10)."""

from collections.abc import Iterable
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


def _joined(one: Call, other: Call) -> Call:
    return Call(
        customer=one.customer,
        why=tuple(dict.fromkeys(one.why + other.why)),
        since=min(one.since, other.since),
        due_at=min((at for at in (one.due_at, other.due_at) if at is not None), default=None),
        case=one.case or other.case,
        owner=one.owner or other.owner,
        complains=one.complains or other.complains,
        taken=one.taken or other.taken,
    )
