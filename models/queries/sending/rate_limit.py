"""The counters of the pace; each is locked until the transaction ends, so that runs share one limit."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models.tables import Message, PaceCount


def counters(session: Session, names: Collection[str], now: datetime) -> Mapping[str, PaceCount]:
    """Counters by name, made where they are missing; locked in the order of their names, so that runs never block."""
    make: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    rows = [{"name": name, "first_at": now, "window_at": now, "used": 0} for name in sorted(names)]
    session.execute(make(PaceCount).on_conflict_do_nothing(), rows)
    query = select(PaceCount).where(PaceCount.name.in_(names)).order_by(PaceCount.name).with_for_update()
    found = session.scalars(query.execution_options(populate_existing=True))
    return {row.name: row for row in found}


def first_mail(session: Session) -> datetime | None:
    """When the first mail of all went out."""
    return session.scalar(select(Message.marked_at).order_by(Message.id).limit(1))
