"""People who work in a replay: a manager calls through the day's list, and the desk answers what it owes."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from models.queries.commitments import commitments
from models.queries.responses import pages
from models.rules.calendar.calendars import local_day, next_open
from models.rules.escalation.call_list import Call
from models.words import Outcome
from tasks.cases.close_case import close_case
from tasks.commitments.close import fulfil
from tasks.escalation.call_list import Listed, listed
from tasks.runtime.clock import SetClock
from tasks.services import Services

_CALLED = "The manager called and listened."
_ANSWERED = "The desk answered."
NOBODY = "nobody"


class People:
    """Managers who call as often a day as the policy says, and a desk that answers whatever it owes.

    They work once on each day on which the working hours of the policy open. How calls go stands in no file: here each
    one reaches the customer, and ends with "only listened".
    """

    def __init__(self, services: Services, clock: SetClock) -> None:
        self._services, self._clock = services, clock
        self._last: date | None = None

    def work(self, after: datetime, until: datetime) -> dict[str, Any]:
        """Work, when the hours of a new day open between the two; leaves the clock there.

        Returns the calls made and by whom, their longest wait, and how many customers were left for another day.
        """
        policy, place = self._services.policy, self._services.policy.company.place
        at = next_open(after, policy.working_hours, place)
        if at >= until or local_day(at, place) == self._last:
            return {"calls": 0, "calls_by": {}, "longest_wait_days": 0, "left_over": 0}
        self._last = local_day(at, place)
        self._clock.set(at)
        waiting = self._list(at)
        for one in waiting:
            if one.call.holder is None:
                self._answer(one.call, at)
        return self._call([one for one in waiting if one.call.holder is not None], at)

    def waiting(self, now: datetime) -> dict[str, int]:
        """Who waits for a manager's call, and how long already."""
        calls = [one.call for one in self._list(now) if one.call.holder is not None]
        return {"waiting": len(calls), "oldest_wait_days": _oldest(calls, now)}

    def _call(self, calls: Sequence[Listed], at: datetime) -> dict[str, Any]:
        today = [one.call for one in calls if one.today]
        for call in today:
            self._end(call, at)
        by = Counter(call.owner or NOBODY for call in today)
        return {
            "calls": len(today),
            "calls_by": dict(sorted(by.items())),
            "longest_wait_days": _oldest(today, at),
            "left_over": len(calls) - len(today),
        }

    def _list(self, now: datetime) -> list[Listed]:
        with self._services.db.read() as session:
            return listed(session, self._services.policy, now)

    def _end(self, call: Call, at: datetime) -> None:
        """What a real manager does after a call: the case is closed with its outcome, and so is what was owed."""
        by = call.owner or NOBODY
        with self._services.db.write() as session:
            case = pages.case_to_change(session, call.case) if call.case is not None else None
            if case is not None:
                close_case(
                    session, self._services.policy, case, Outcome.ONLY_LISTENED, _CALLED, now=at, actor=by
                )
            for owed in commitments.open_of(session, call.customer):
                fulfil(session, owed, Outcome.ONLY_LISTENED, _CALLED, now=at, actor=by)

    def _answer(self, call: Call, at: datetime) -> None:
        """The desk does what it owes: answers by mail, for the most part. That is not a manager's call."""
        with self._services.db.write() as session:
            for owed in commitments.open_of(session, call.customer):
                fulfil(session, owed, "answered", _ANSWERED, now=at, actor=call.owner or NOBODY)


def _oldest(calls: Sequence[Call], at: datetime) -> int:
    return max(((at - call.since).days for call in calls), default=0)
