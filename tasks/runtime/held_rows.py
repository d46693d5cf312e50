"""Holding back the rows that a fault lies in, and trying them again."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy.orm import Session

from models.queries.sending import faults
from models.rules.sending.faults import Fault, Stage
from tasks.runtime.apart import apart, fault_of, is_of_database
from tasks.runtime.database import Database

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

TRY_AGAIN_AFTER = timedelta(minutes=1)
"""What was held this long ago is tried again by the next run: who mends a text need not know what it held."""
_OVER_AFTER = timedelta(days=1)


def hold(session: Session, fault: Fault, stage: Stage, row_ids: Collection[int], now: datetime) -> None:
    """Note a fault, and what it keeps back until it is tried again."""
    noted = faults.note(session, fault.reason, now)
    if row_ids:
        faults.hold(session, noted, stage, row_ids, now)


def each(
    session: Session, items: Sequence[_Item], work: Callable[[_Item], object], now: datetime
) -> tuple[int, int]:
    """Do `work` for each item; returns for how many it did something, and how many a fault kept back.

    For work that is looked for anew at every run: what fails is noted, and comes again by itself.
    """
    held = 0

    def failed(_: _Item, fault: Fault) -> None:
        nonlocal held
        hold(session, fault, Stage.OTHER, (), now)
        held += 1

    done = apart(session, items, lambda some: sum(bool(work(one)) for one in some), failed)
    return sum(done), held


def attempt(db: Database, now: datetime, work: Callable[[], _Result]) -> _Result | Fault:
    """Do a part of a run that the other parts do not need; a fault in it is noted and returned.

    Raises:
        Exception: faults of the database itself, which no part can do without.
    """
    try:
        return work()
    except Exception as error:
        if is_of_database(error):
            raise
        fault = fault_of(error)
    with db.write() as session:
        hold(session, fault, Stage.OTHER, (), now)
    return fault


def try_again(db: Database, now: datetime) -> int:
    """Have what faults have held tried again; returns how much that is. Costs no write lock where nothing is held."""
    with db.read() as session:
        if not faults.any_held(session, now - TRY_AGAIN_AFTER):
            return 0
    with db.write() as session:
        released = faults.release(session, now - TRY_AGAIN_AFTER)
        faults.end_quiet(session, now - _OVER_AFTER)
    return released
