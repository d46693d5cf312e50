"""The circuit breaker: many like answers in a row are about us, not about the contacts that they were given for."""

import re
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass

from models.rules.sending.answers import Accepted, Answer, Deferred, Doubtful, Lost, Refused, reason
from models.rules.sending.dead_address import is_dead

_ENHANCED = re.compile(r"\b[45]\.\d{1,3}\.\d{1,3}\b")
_SERVICE_ENDS = 421


@dataclass(frozen=True)
class BreakerLimits:
    """The numbers of the policy."""

    alike: int = 5
    """So many like refusals or silences in a row, of different recipients, are the server's."""
    dead_addresses: int = 25
    """The same for answers that say that an address does not exist: a list may well hold some in a row."""
    share: float = 0.5
    """So large a part of the last answers, if they are alike, is the server's too, though some mails pass."""
    of_last: int = 50


@dataclass(frozen=True)
class Tripped:
    """The sweep stops; `words` are the server's, and `most` is how many alike were too many."""

    words: str
    most: int


class CircuitBreaker:
    """Hears the answers of one run in the order in which they come."""

    def __init__(self) -> None:
        self._first_tries: int | None = None
        self._alike: dict[Hashable, set[str]] = {}
        """Recipients by likeness of answer, since the server took a mail."""
        self._last: deque[Hashable | None] = deque()

    def try_first(self, mails: int) -> None:
        """The server refused before: this run tries a few first, and as many refusals are enough."""
        self._first_tries = mails

    @property
    def is_trying(self) -> bool:
        """Whether the server has yet to take a first mail after it refused many."""
        return self._first_tries is not None

    def hear(
        self, answer: Answer, recipient: str, limits: BreakerLimits, *, would_fail: bool = False
    ) -> Tripped | None:
        """Take an answer in. `would_fail`: the contact would now end for good (its retries are used up)."""
        if isinstance(answer, Accepted):
            self._first_tries = None
            self._alike.clear()
            self._note(None, limits)
            return None
        kind = likeness(answer, would_fail=would_fail)
        if kind is None:
            return None
        self._note(kind, limits)
        recipients = self._alike.setdefault(kind, set())
        recipients.add(recipient)
        most = self._most(kind, limits)
        if len(recipients) >= most or self._is_large_share(kind, limits):
            return Tripped(reason(answer), most)
        return None

    def _note(self, kind: Hashable | None, limits: BreakerLimits) -> None:
        self._last.append(kind)
        while len(self._last) > limits.of_last:
            self._last.popleft()

    def _most(self, kind: Hashable, limits: BreakerLimits) -> int:
        if kind == _DEAD:
            return limits.dead_addresses
        if kind == _US:
            return _SEVERAL
        return min(limits.alike, self._first_tries or limits.alike)

    def _is_large_share(self, kind: Hashable, limits: BreakerLimits) -> bool:
        return (
            kind != _DEAD  # an old list may well be dead by half
            and len(self._last) == limits.of_last
            and self._last.count(kind) >= limits.share * limits.of_last
        )


_DEAD = "dead address"
_US = "about us"
_SEVERAL = 2
"""Words that speak of us need no long run: a login is wanted, or nothing is relayed for us."""
_REFUSES_US = re.compile(r"^53\d|\b5\.7\.0\b|\brelay", re.IGNORECASE)
_SILENT = "no answer"


def likeness(answer: Answer, *, would_fail: bool = False) -> Hashable | None:
    """What an answer is alike in; None for one that tells nothing about the server.

    A first "not now" (4xx) is only put off, so many of them do no harm; what ends a contact always counts.
    """
    match answer:
        case Doubtful() | Lost():
            return _SILENT
        case Refused(code, text, recipient=True) if is_dead(text, code=code):
            return _DEAD
        case Refused() if _REFUSES_US.search(reason(answer)):
            return _US
        case Refused(code, text):
            return code, _status(text)
        case Deferred(code, text) if would_fail or code == _SERVICE_ENDS:
            return code, _status(text)
    return None


def _status(text: str) -> str:
    """The enhanced status, or nothing: further words differ from one recipient to the next."""
    found = _ENHANCED.search(text)
    return found[0] if found else ""
