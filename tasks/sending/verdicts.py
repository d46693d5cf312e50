"""The answers of a batch on their way to the database: those that may be about us wait until that is known."""

from dataclasses import replace
from datetime import datetime, timedelta

from models.policy import Policy
from models.rules.sending.answers import AboutUs, Accepted, Doubtful, reason
from models.rules.sending.breaker import CircuitBreaker, Tripped, likeness
from tasks.sending.record_outcome import Finished


class Verdicts:
    """Answers that landed. A refusal is suspect until the server takes another mail, or nothing more comes."""

    def __init__(self, policy: Policy, breaker: CircuitBreaker) -> None:
        self._policy, self._breaker = policy, breaker
        self._ready: list[Finished] = []
        self._suspects: list[Finished] = []
        self._tripped: Tripped | None = None
        self.doubts = 0
        """Mails of which nobody knows whether they arrived."""

    @property
    def has_any(self) -> bool:
        """Whether something is yet to be written down."""
        return bool(self._ready or self._suspects)

    def hear(self, finished: Finished, recipient: str) -> Tripped | None:
        """Take an answer; returns what stops the sweep, if it does."""
        sending, answer = self._policy.sending, finished.answer
        would_fail = finished.group.lead.attempts >= len(sending.retry_minutes)
        tripped = self._breaker.hear(answer, recipient, sending.breaker.limits, would_fail=would_fail)
        self._tripped = self._tripped or tripped
        if isinstance(answer, Accepted) and self._tripped is None:
            self._ready += self._suspects
            self._suspects = []
        self.doubts += isinstance(answer, Doubtful)
        is_suspect = likeness(answer, would_fail=would_fail) is not None and not isinstance(answer, Doubtful)
        (self._suspects if is_suspect else self._ready).append(finished)
        return tripped

    def settle(self, now: datetime) -> None:
        """Nothing more comes, or the sweep stops: the suspects are about us, or each about itself.

        About us: they are due again after a while, a few at a time, so that the next run tries other mails first, and
        those few that are refused for themselves are found out.
        """
        if self._tripped is not None:
            wait = timedelta(minutes=(*self._policy.sending.retry_minutes, 5)[0])
            few = max(self._tripped.most - 1, 1)
            self._suspects = [
                replace(item, verdict=AboutUs(reason(item.answer), now + wait * (1 + number // few)))
                for number, item in enumerate(self._suspects)
            ]
        self._ready += self._suspects
        self._suspects = []

    def take(self) -> list[Finished]:
        """What can be written down now."""
        ready, self._ready = self._ready, []
        return ready
