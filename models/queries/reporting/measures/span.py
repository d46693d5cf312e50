"""A span of time, and the questions all measures share."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_
from sqlalchemy.orm import InstrumentedAttribute, Session


@dataclass(frozen=True)
class Span:
    """From `start` to `end` (aware; the end is left out)."""

    start: datetime
    end: datetime

    def holds(self, column: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
        """That a time lies in the span."""
        return and_(column >= self.start, column < self.end)


def number(session: Session, query: Select[Any]) -> int:
    """The one number a query asks for; 0 where there is none."""
    return int(session.scalar(query) or 0)
