"""Which answers fit a contact."""

from models.rules.planning.cadence import Cadence
from models.rules.planning.step_key import StepKey
from models.words import Meaning


def answers_to(cadence: Cadence, step: str) -> tuple[str, ...]:
    """What the mail and its page offer: after the first check nobody is asked any more whether the goods have come."""
    is_first = StepKey.parse(step).name == cadence.steps[0].name
    if is_first or cadence.anchor != "delivered":
        return cadence.answers
    return tuple(one for one in cadence.answers if one != Meaning.NOT_ARRIVED)
