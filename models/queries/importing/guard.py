"""What the guard of an import asks: how much there is of each kind, and which stops stand."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from models.import_stop import ImportStop
from models.queries.in_list import among
from models.rules.importing.guard import GuardKind, Habit
from models.tables import Commitment, Customer, Invoice, Order, Watermark
from models.words import CommitmentKind, Subject

_TABLES: Mapping[str, type[Customer | Order | Invoice]] = {
    "customers": Customer,
    "orders": Order,
    "invoices": Invoice,
}
_BEGAN = {"orders": Order.signed_at, "invoices": Invoice.issued_on}
_QUARTER = timedelta(days=90)


def bases(session: Session, table: str) -> dict[GuardKind, int]:
    """How many rows there are that a kind of change could concern."""
    model = _TABLES[table]
    every = session.scalar(select(func.count()).select_from(model)) or 0
    found = dict.fromkeys(GuardKind, every)
    if model is Order:
        ended = or_(Order.delivered_at.is_not(None), Order.cancelled_at.is_not(None))
        found[GuardKind.TAKEN_BACK] = session.scalar(select(func.count()).where(ended)) or 0
        found[GuardKind.DATES_MOVED] = (
            session.scalar(
                select(func.count()).where(
                    Order.promised_on.is_not(None), Order.delivered_at.is_(None), Order.cancelled_at.is_(None)
                )
            )
            or 0
        )
    if model is Invoice:
        ended = or_(Invoice.paid_at.is_not(None), Invoice.cancelled_at.is_not(None))
        found[GuardKind.TAKEN_BACK] = session.scalar(select(func.count()).where(ended)) or 0
        still = (Invoice.paid_at.is_(None), Invoice.cancelled_at.is_(None))
        found[GuardKind.DATES_MOVED] = session.scalar(select(func.count()).where(*still)) or 0
    if model is Customer:
        has_address = select(func.count()).where(Customer.email.is_not(None))
        found[GuardKind.ADDRESSES_CHANGED] = session.scalar(has_address) or 0
    return found


def last_import(session: Session, source: str, table: str) -> datetime | None:
    """When a source brought a table last."""
    return session.scalar(select(Watermark.at).where(Watermark.name == f"import:{source}:{table}"))


def sources_of(session: Session, table: str) -> set[str]:
    """Which sources ever brought a table."""
    names = session.scalars(select(Watermark.name).where(Watermark.name.like(f"import:%:{table}")))
    return {name.removeprefix("import:").removesuffix(f":{table}") for name in names}


def fullest_day(session: Session, table: str, now: datetime) -> int:
    """The most rows of one calendar day (of UTC) in the last quarter."""
    if table not in _BEGAN:
        return 0
    began = _BEGAN[table]
    day = func.date(began) if table == "orders" else began
    since = now - _QUARTER
    rows = (
        select(func.count().label("rows"))
        .where(began >= (since if table == "orders" else since.date()), began <= now)
        .group_by(day)
        .subquery()
    )
    return session.scalar(select(func.max(rows.c.rows))) or 0


def habit_name(source: str, table: str) -> str:
    """The watermark under which is kept whether a source brings all rows of a table each time."""
    return f"whole:{source}:{table}"


def orders_rest(session: Session) -> bool:
    """Whether orders that no longer come are gone: their source declares so, or a person said so."""
    return (
        session.scalar(
            select(Watermark.name).where(
                Watermark.name.like("whole:%:orders"), Watermark.value == Habit.RESTS
            )
        )
        is not None
    )


def standing(session: Session, source: str = "") -> Sequence[ImportStop]:
    """The stops that stand, of a source or of all; oldest first."""
    query = select(ImportStop).where(ImportStop.settled_at.is_(None)).order_by(ImportStop.id)
    return session.scalars(query.where(ImportStop.source == source) if source else query).all()


def get(session: Session, stop_id: int) -> ImportStop | None:
    """A stop by its number."""
    return session.get(ImportStop, stop_id)


def owed_for(session: Session, stop_id: int) -> Commitment | None:
    """The look that somebody owes at a stop, locked."""
    return session.scalar(
        select(Commitment)
        .where(
            Commitment.kind == CommitmentKind.IMPORT,
            Commitment.subject_type == Subject.IMPORT,
            Commitment.subject_id == stop_id,
            Commitment.done_at.is_(None),
        )
        .with_for_update()
    )


def rename(session: Session, table: str, renamed: Mapping[str, str]) -> int:
    """Give rows the references that take the place of their old ones (new by old); returns how many there were."""
    model, count = _TABLES[table], 0
    taken = set(session.scalars(select(model.ref).where(among(model.ref, renamed.values()))))
    for old, new in renamed.items():
        if new not in taken:
            done = session.scalars(
                update(model)
                .where(model.ref == old)
                .values(ref=new, vanished_at=None)
                .returning(model.id)
                .execution_options(synchronize_session=False)
            ).all()
            count += len(done)
    return count


def refs_in_parts(
    session: Session, table: str, after: int, limit: int
) -> list[tuple[int, str, datetime | None]]:
    """Id, reference and when it vanished, of the rows after an id."""
    model = _TABLES[table]
    rows = session.execute(
        select(model.id, model.ref, model.vanished_at).where(model.id > after).order_by(model.id).limit(limit)
    )
    return [(id_, ref, at) for id_, ref, at in rows]


def mark_vanished(session: Session, table: str, ids: Sequence[int], at: datetime | None) -> None:
    """Since when these rows no longer come; None for those that come again."""
    model = _TABLES[table]
    values = {"vanished_at": at} | ({"to_plan": True} if model is not Customer and at is None else {})
    session.execute(
        update(model).where(among(model.id, ids)).values(values).execution_options(synchronize_session=False)
    )


def forget_vanished(session: Session, table: str) -> None:
    """Its source brings parts: that a row did not come says nothing."""
    model = _TABLES[table]
    values = {"vanished_at": None} | ({"to_plan": True} if model is not Customer else {})
    session.execute(
        update(model)
        .where(model.vanished_at.is_not(None))
        .values(values)
        .execution_options(synchronize_session=False)
    )
