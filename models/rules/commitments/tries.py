"""What comes after a call that reached nobody: another hour, the next person, a letter. It never counts as kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

_EVERY_DAY = "11 hours"
"""Of working time: the next working day, an hour later than the last try."""


class Next(StrEnum):
    """Who goes on."""

    SAME = "same"
    DEPUTY = "deputy"
    CUSTOMER = "customer"
    """The customer is asked in writing; our own people try on."""


@dataclass(frozen=True)
class Step:
    """Who goes on, and after how much working time the next call is made."""

    by: Next
    wait: str


def after_try(number: int, waits: Sequence[str], *, has_deputy: bool) -> Step:
    """What follows the try of a number, from 1. `waits` stand between the first tries; the last one is the deputy's.

    Without a deputy the same person makes that try too. The customer is written to once, after the last wait.
    """
    if number < len(waits):
        return Step(Next.SAME, waits[number - 1])
    if number == len(waits):
        return Step(Next.DEPUTY if has_deputy else Next.SAME, waits[number - 1])
    if number == len(waits) + 1:
        return Step(Next.CUSTOMER, _EVERY_DAY)
    return Step(Next.SAME, _EVERY_DAY)
