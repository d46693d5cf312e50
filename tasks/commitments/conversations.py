"""With whom a conversation was, and when: it stands in the outcome, and lies between the asking and now."""

from dataclasses import dataclass
from datetime import datetime

from models.policy import Policy
from models.rules.calendar.calendars import zone
from models.rules.cases.acting import ActError
from models.rules.cases.closing import spoke_problem
from models.rules.commitments.outcomes import CONVERSATIONS
from models.tables import Commitment


@dataclass(frozen=True)
class Spoke:
    """With whom, and when, where it was not the customer, just now."""

    who: str = ""
    at: datetime | None = None


JUST_NOW = Spoke()


def noted(policy: Policy, owed: Commitment, outcome: str, spoke: Spoke, now: datetime) -> str:
    """What is added to the words of an outcome: whom somebody spoke with, and when; nothing where that is plain.

    Raises:
        ActError: it cannot have been then.
    """
    if outcome not in CONVERSATIONS or not (spoke.who.strip() or spoke.at):
        return ""
    at = spoke.at or now
    if (problem := spoke_problem(at, owed.since, now)) is not None:
        raise ActError("need-spoke", problem)
    local = f"{at.astimezone(zone(policy.company.timezone)):%Y-%m-%d %H:%M}"
    return f" ({', '.join(part for part in (spoke.who.strip(), local) if part)})"
