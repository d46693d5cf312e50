"""Everything that one's own database knows of a table, for a replay of it."""

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.tables import Customer, Invoice, Order, Response, Staff

RowT = TypeVar("RowT", Staff, Customer, Order, Invoice, Response)


def every(session: Session, table: type[RowT]) -> Sequence[RowT]:
    """All rows of a table, in the order in which they came."""
    return session.scalars(select(table).order_by(table.id)).all()
