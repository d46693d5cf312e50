"""A dossier as plain markdown: with names and words for who may read them, with references alone for the UI."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from models.queries.cases.dossier import Dossier
from models.tables import Commitment, ContractEnd, Order, Staff
from tasks.mails.formats import end_of_day, lateness
from tasks.mails.labels import worded
from tasks.mails.timeline_words import happened

_LANGUAGE = "en"
"""That of the command line and of the Prefect UI."""
_worded = partial(worded, _LANGUAGE)


def as_markdown(found: Dossier, staff: Mapping[int, Staff], zone: ZoneInfo, *, words: bool) -> str:
    """Headings and lists, in English; without `words`, no name, no address and nothing that anybody said."""
    return "\n".join(_lines(found, staff, zone, words=words)) + "\n"


def _lines(found: Dossier, staff: Mapping[int, Staff], zone: ZoneInfo, *, words: bool) -> Iterator[str]:
    case, customer = found.matter, found.customer
    title = f"# Case {case.id}: {customer.ref}" if case else f"# {customer.ref}"
    yield f"{title} ({customer.name})" if words else title
    if case is not None:
        outcome = _worded("outcome", case.outcome or "")
        yield "" if case.closed_at is None else f"\nClosed: {outcome}, {_at(case.closed_at, zone)}"
        yield from _reopened(found)
        yield "## Why"
        yield from (
            f"- {_worded('reason', one.reason)}{', settled' if one.settled_at else ''}"
            for one in found.reasons
        )
        yield "\n## Both versions"
        yield from (
            f"- {_at(one.at, zone)}, {_worded('team', one.side)}, {one.author}"
            + (f": {one.text}" if words else "")
            for one in found.statements
        )
    yield "\n## What was bought, and what was promised"
    for order in found.orders:
        yield from _order(order, words=words)
    yield "\n## What is owed"
    yield from (_owed(one, found, staff, zone) for one in found.owed)
    yield from (
        f"- held by {one.actor} until {_at(one.until, zone)}" + (f": {one.reason}" if words else "")
        for one in found.holds
    )
    yield from (
        f"- {_worded('end', one.kind)}, {_at(one.declared_at, zone)}, {_cause(one)}" for one in found.ends
    )
    yield "\n## What happened"
    told = ((one.at, happened(one, _LANGUAGE, {})) for one in found.events)
    yield from (
        f"- {_at(at, zone)}  {(one if words else one._replace(text=None)).sentence}" for at, one in told
    )


def _cause(end: ContractEnd) -> str:
    if end.dismissed_at is not None:
        return "not meant so"
    return _worded("cause", end.cause_code) if end.cause_code else "not confirmed yet"


def _reopened(found: Dossier) -> Iterator[str]:
    if found.case.reopens_id is not None:
        yield f"Goes on with case {found.case.reopens_id}: the customer said that it was not solved.\n"


def _order(order: Order, *, words: bool) -> Iterator[str]:
    yield f"- {order.ref}: promised {order.promised_on or 'no date'}" + (
        f" (before: {order.promised_before})" if order.promised_before else ""
    )
    if order.seller_promise:
        yield (
            f"  - promised at the sale: {order.seller_promise}"
            if words
            else "  - the seller promised something more"
        )
    if order.referred_by:
        yield "  - brought by somebody: two relations are at stake"


def _owed(one: Commitment, found: Dossier, staff: Mapping[int, Staff], zone: ZoneInfo) -> str:
    owner = staff[one.owner_id].ref if one.owner_id is not None and one.owner_id in staff else "nobody"
    last = end_of_day(one.due_at, zone.key)
    late = lateness(one.due_at, found.read_at, zone.key)
    hours = "" if last else f" {late.seconds // 3600} hours"
    clock = f"overdue by {late.days} days{hours}" if found.read_at > one.due_at else "in time"
    until = last or _at(one.due_at, zone)
    start = f" (not before {one.not_before.astimezone(zone):%H:%M})" if one.not_before else ""
    return f"- {_worded('owed', one.kind)}, {owner}, by {until}{start}: {clock}"


def _at(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
