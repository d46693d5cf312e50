"""Many things at once, where those of one customer must come one after the other."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

T = TypeVar("T")


def turns(items: Iterable[T], whose: Callable[[T], Hashable]) -> list[list[T]]:
    """Everybody's first, then everybody's second, and so on: within a turn nobody comes twice, and order is kept.

    What belongs to nobody (None) is in the first turn, however much it is.
    """
    found: list[list[T]] = []
    came: dict[Hashable, int] = defaultdict(int)
    for item in items:
        key = whose(item)
        turn = came[key]
        if key is not None:
            came[key] += 1
        if turn == len(found):
            found.append([])
        found[turn].append(item)
    return found
