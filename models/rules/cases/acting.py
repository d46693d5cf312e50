"""What each of our people may do about a matter. Whoever sold it can add to it, and never mute or delay it (B04)."""

from enum import StrEnum

from models.errors import RefusedError
from models.words import Role, Side

_FEWEST_LETTERS = 1
"""A full stop is no account of anything."""
MOST_CHARACTERS = 4_000
"""Of a version, a reason or an outcome."""


class ActError(RefusedError):
    """It cannot be done like this. The message names what is wrong and the fix; `code` names it for the pages."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Act(StrEnum):
    """What somebody does about a case or a commitment."""

    TAKE = "take"
    STATEMENT = "statement"
    OUTCOME = "outcome"
    RE_PROMISE = "re-promise"
    NEW_DAY = "new-day"
    SNOOZE = "snooze"
    HAND_OVER = "hand-over"
    CONTRACT_END = "contract-end"
    RAISE = "raise"
    HELP = "help"


_OF_SELLERS = frozenset({Act.STATEMENT, Act.RAISE, Act.HELP})
_SIDES = {Role.SELLER: Side.SELLER, Role.AFTER_SALE: Side.AFTER_SALE}


def may(role: str, act: Act) -> bool:
    """Whether somebody of this role may do this about a case."""
    return role != Role.SELLER or act in _OF_SELLERS


def left_to_others(*, is_own: bool, is_deputy: bool, climbed: bool) -> frozenset[Act]:
    """What somebody who sells leaves to after-sale and managers of something owed, by whose it is."""
    moves = {Act.RE_PROMISE, Act.NEW_DAY}
    anothers = set() if is_own else moves if is_deputy else {*moves, Act.TAKE, Act.HAND_OVER}
    return frozenset({Act.SNOOZE, *anothers, *(moves if climbed else ())})


def check(role: str, act: Act) -> None:
    """See that somebody of this role may do this about a case.

    Raises:
        ActError: only after-sale and managers may.
    """
    if not may(role, act):
        raise ActError(
            "not-yours",
            "whoever sells adds a version to a case, or asks for help with it; taking, closing, delaying and passing "
            "it on is for after-sale and managers",
        )


def side_of(role: str | None) -> Side:
    """On whose side the words of somebody of this role stand."""
    return Side.MANAGER if role is None else _SIDES.get(Role(role), Side.MANAGER)


def checked(text: str) -> str:
    """The words without blanks around them.

    Raises:
        ActError: there are none, or too many.
    """
    words = text.strip()
    if sum(character.isalpha() for character in words) < _FEWEST_LETTERS:
        raise ActError(
            "need-text", "text: say in a few words what happened; nothing here is done by a click alone"
        )
    if len(words) > MOST_CHARACTERS:
        raise ActError("long", f"text: there is room for {MOST_CHARACTERS} characters; shorten it")
    return words
