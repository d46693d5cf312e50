"""What comes after a call that reached nobody: another hour, the next person, a letter. It never counts as kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

_EVERY_DAY = "11 hours"
"""Of working time: the next working day, an hour later than the last try."""


class NextCaller(StrEnum):
    """Who goes on."""

    SAME = "same"
    DEPUTY = "deputy"
    CUSTOMER = "customer"
    """The customer is asked in writing; our own people try on."""


@dataclass(frozen=True)
class TryAgain:
    """Who goes on, and after how much working time the next call is made."""

    by: NextCaller
    wait: str


def after_try(number: int, waits: Sequence[str], *, has_deputy: bool) -> TryAgain:
    """What follows the try of a number, from 1. `waits` stand between the first tries; the last one is the deputy's.

    Without a deputy the same person makes that try too. The customer is written to once, after the last wait.
    """
    if number < len(waits):
        return TryAgain(NextCaller.SAME, waits[number - 1])
    if number == len(waits):
        return TryAgain(NextCaller.DEPUTY if has_deputy else NextCaller.SAME, waits[number - 1])
    if number == len(waits) + 1:
        return TryAgain(NextCaller.CUSTOMER, _EVERY_DAY)
    return TryAgain(NextCaller.SAME, _EVERY_DAY)
