"""Which answers fit a contact."""

from models.rules.planning.cadence import Cadence
from models.rules.planning.step_key import StepKey
from models.words import Meaning


def is_courtesy(cadence: Cadence, answers: tuple[str, ...]) -> bool:
    """Whether a contact asks for an opinion, and so has to say how that can be stopped (art. 130 Codice privacy)."""
    return cadence.extra or Meaning.RATING in answers


def answers_to(cadence: Cadence, step: str, *, no_extras: bool = False) -> tuple[str, ...]:
    """What the mail and its page offer.

    After the first check nobody is asked any more whether the goods have come. Who wants no courtesies (`no_extras`) is
    asked for no opinion either, where the mail goes out for another reason.
    """
    offered = _fitting(cadence, step)
    return tuple(one for one in offered if one != Meaning.RATING) if no_extras else offered


def _fitting(cadence: Cadence, step: str) -> tuple[str, ...]:
    is_first = StepKey.parse(step).name == cadence.steps[0].name
    if is_first or cadence.anchor != "delivered":
        return cadence.answers
    return tuple(one for one in cadence.answers if one != Meaning.NOT_ARRIVED)
