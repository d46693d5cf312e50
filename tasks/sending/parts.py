"""The parts of a run that do not need each other: a fault in one costs that part, and the others go on."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from models.rules.sending.faults import Fault
from tasks.runtime.database import Database
from tasks.runtime.held_rows import attempt
from tasks.sending.sweep_report import FAULT, Report

_Result = TypeVar("_Result")


class Parts:
    """Does one part after the other; `report` says which of them a fault has kept back."""

    def __init__(self, db: Database, now: datetime) -> None:
        self._db, self._now = db, now
        self.report = Report()

    def do(self, name: str, work: Callable[[], _Result], instead: _Result) -> _Result:
        """The result of a part; `instead` where a fault lies in it."""
        found = attempt(self._db, self._now, work)
        if isinstance(found, Fault):
            self.report.count(name, FAULT, found.reason)
            return instead
        return found

    def count(self, name: str, number: int) -> None:
        """Note rows that a fault kept back within a part."""
        if number:
            self.report.count(name, FAULT, "see the faults", number)
