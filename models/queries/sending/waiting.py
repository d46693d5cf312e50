"""Is there anything to do? One question, answered from small partial indexes, whatever the size of the base."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, exists, false, func, or_, select, true
from sqlalchemy.orm import Session

from models.base import UtcDateTime
from models.queries.sending.claim import due
from models.tables import FollowUp, Invoice, Message, Order, Watermark
from models.words import FollowUpState, MessageState

PLANNED_WITH = "policy"
"""The mark that holds the fingerprint of the policy that planning worked with last."""

_SWEEP: BindParameter[str] = bindparam("sweep")
_NOW: BindParameter[datetime] = bindparam("now", type_=UtcDateTime())
_CLOCK_NOW: BindParameter[datetime] = bindparam("clock_now", type_=UtcDateTime())


@dataclass(frozen=True)
class SweepWork:
    """What a sweep finds before it starts."""

    lapsed: bool
    """Claims or marks of a run that died."""
    changed: bool
    """Facts that have not been planned yet, or a rest whose time is over."""
    due: bool
    planned_with: str | None


def waiting(
    session: Session, sweep: str, now: datetime, clock_now: datetime, customers: Collection[int] = ()
) -> SweepWork:
    """What awaits a sweep at `now`; leases are judged by `clock_now`."""
    of_some = due(sweep, now, 1, customers).order_by(None).exists() if customers else None
    statement = _of_everyone() if of_some is None else _question(of_some)
    found = session.execute(statement, {"sweep": sweep, "now": now, "clock_now": clock_now}).one()
    return SweepWork(*found)


@lru_cache(maxsize=1)
def _of_everyone() -> Select[Any]:
    """The same question at every sweep: it takes longer to put together than to answer."""
    return _question(is_due(_SWEEP, _NOW))


def _question(due_now: ColumnElement[bool]) -> Select[Any]:
    lapsed = exists(
        select(FollowUp.id).where(FollowUp.state == FollowUpState.CLAIMED, FollowUp.lease_until < _CLOCK_NOW)
    ) | exists(
        select(Message.id).where(Message.state == MessageState.SENDING, Message.lease_until < _CLOCK_NOW)
    )
    changed = or_(
        exists(select(Order.id).where(Order.to_plan == true())),
        exists(select(Invoice.id).where(Invoice.to_plan == true())),
        *(
            exists(select(Invoice.id).where(rests.is_not(None), rests <= _NOW))
            for rests in (Invoice.said_paid_until, Invoice.pays_until)
        ),
    )
    planned_with = select(Watermark.value).where(Watermark.name == PLANNED_WITH).scalar_subquery()
    return select(lapsed, changed, due_now, planned_with)


def is_due(sweep: Any, now: Any) -> ColumnElement[bool]:
    """Whether a follow-up of a sweep is due; both may be parameters.

    Asks for the earliest one: where much is planned for later, PostgreSQL takes it for easy to find any that is due,
    and would read the whole table for an `EXISTS`.
    """
    earliest = select(func.min(FollowUp.due_at)).where(
        FollowUp.state == FollowUpState.PLANNED, FollowUp.sweep == sweep
    )
    return func.coalesce(earliest.scalar_subquery() <= now, false())


def next_due(session: Session, sweeps: Sequence[str], after: datetime) -> datetime | None:
    """When the next follow-up of any of these sweeps falls due after a time, or a wait ends; None when nothing does."""
    due = (
        select(func.min(FollowUp.due_at)).where(
            FollowUp.state == FollowUpState.PLANNED, FollowUp.sweep == sweep, FollowUp.due_at > after
        )
        for sweep in sweeps
    )
    silent = select(func.min(FollowUp.answer_by)).where(
        FollowUp.state == FollowUpState.SENT, FollowUp.answer_by > after
    )
    promised = (
        select(func.min(until)).where(until > after)
        for until in (Invoice.said_paid_until, Invoice.pays_until)
    )
    earliest = [query.scalar_subquery() for query in (*due, silent, *promised)]
    return min((at for at in session.execute(select(*earliest)).one() if at is not None), default=None)


def count_due(session: Session, sweep: str, now: datetime, most: int, kinds: Collection[str] = ()) -> int:
    """How many follow-ups of a sweep are due at `now`, counted up to `most`."""
    some = due(sweep, now, most, kinds=kinds).order_by(None).subquery()
    return int(session.scalar(select(func.count()).select_from(some)) or 0)
