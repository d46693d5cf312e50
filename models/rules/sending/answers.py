"""What an answer of a mail server means for a contact: a temporary refusal is retried, a permanent one is not.

Values in, a decision with its reason out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.rules.sending.dead_address import is_dead


@dataclass(frozen=True)
class Accepted:
    """The server has the mail."""

    code: int
    text: str


@dataclass(frozen=True)
class Deferred:
    """Not now (4xx): of the recipient, or of the mail."""

    code: int
    text: str


@dataclass(frozen=True)
class Refused:
    """A refusal (5xx). `recipient` tells whether it was the address that was refused."""

    code: int
    text: str
    recipient: bool


@dataclass(frozen=True)
class Lost:
    """No answer to the address or before the body: the connection ended, or the server was silent for too long."""

    text: str


@dataclass(frozen=True)
class Doubtful:
    """No answer after the body had begun to go out: the server may have the mail or not."""

    text: str


@dataclass(frozen=True)
class NotStarted:
    """The server could not be reached or takes nothing from us: greeting, EHLO, login or sender. Nothing happened.

    `lasting`: trying again changes nothing until somebody mends it (a wrong password).
    """

    text: str
    lasting: bool = False
    is_of_sender: bool = False
    """The server said for good that it takes nothing from this sender."""


@dataclass(frozen=True)
class Withheld:
    """Never tried: the sweep was stopped before its turn came."""

    text: str


Answer = Accepted | Deferred | Refused | Lost | Doubtful | NotStarted | Withheld


@dataclass(frozen=True)
class Sent:
    """It went out."""


@dataclass(frozen=True)
class Retry:
    """Once more, at `at`."""

    at: datetime
    reason: str


@dataclass(frozen=True)
class Failed:
    """For good: a person is told. `suppress`: the address does not exist or is shut."""

    reason: str
    suppress: bool


@dataclass(frozen=True)
class InDoubt:
    """Nobody knows whether it arrived; settled by the rule of the policy."""

    reason: str


@dataclass(frozen=True)
class AboutUs:
    """No word about this contact: it stays due, and the attempt is not counted. `at`: not before then."""

    reason: str
    at: datetime | None = None


Verdict = Sent | Retry | Failed | InDoubt | AboutUs


def judge(answer: Answer, tried: int, retry_minutes: Sequence[int], now: datetime) -> Verdict:
    """What an answer means for a contact that was tried `tried` times before this one."""
    match answer:
        case Accepted():
            return Sent()
        case Doubtful(text):
            return InDoubt(text)
        case NotStarted(text) | Withheld(text):
            return AboutUs(text)
        case Refused(code, text, recipient=True) if is_dead(text, code=code):
            return Failed(f"{code} {text}", suppress=True)
    if tried >= len(retry_minutes):
        return Failed(reason(answer), suppress=False)
    return Retry(now + timedelta(minutes=retry_minutes[tried]), reason(answer))


def reason(answer: Answer) -> str:
    """The server's words, with its code where it gave one."""
    code = getattr(answer, "code", None)
    return answer.text if code is None else f"{code} {answer.text}"


def short(answer: Answer) -> str:
    """The code alone, for the report; `no answer` where there was none."""
    code = getattr(answer, "code", None)
    return "no answer" if code is None else str(code)
