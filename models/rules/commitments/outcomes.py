"""What something owed can end in, or be noted with: by kind, since a call delivers nothing and sets no appointment."""

from collections.abc import Mapping

from models.rules.mailboxes.parked import NOTHING_NEEDED
from models.words import CommitmentKind

NOT_REACHED = "not-reached"
"""Closes nothing: the call is tried again."""
AGREED, APPOINTMENT_SET, NEW_DAY = "agreed", "appointment-set", "new-day"
NEXT = (AGREED, APPOINTMENT_SET, NEW_DAY)
"""Outcomes that owe the next thing: what, who and by when."""
CALLED_OFF = "called-off"
"""Of an appointment: it does not take place, and no other one takes its place."""
DELIVERED, ASKED_WORKS, TOLD = "delivered", "asked-works", "told-customer"
NOTED = (ASKED_WORKS, TOLD)
"""Close no delivery that has not come."""
CONVERSATIONS = ("called", *NEXT)
"""Outcomes that say that somebody spoke with the customer."""
OUTCOMES = ("answered", "called", "done", AGREED, APPOINTMENT_SET, NOT_REACHED, NOTHING_NEEDED)
"""What most things can be closed with; the words say the rest."""
REMEDIES = (CommitmentKind.AGREED, CommitmentKind.APPOINTMENT, CommitmentKind.DELIVERY)
"""What can be promised to a customer in a case, and puts it right once it is kept."""
_OF: Mapping[str, tuple[str, ...]] = {
    CommitmentKind.DELIVERY: (DELIVERED, NEW_DAY, ASKED_WORKS, TOLD),
    CommitmentKind.SET_APPOINTMENT: (APPOINTMENT_SET, NEW_DAY, NOT_REACHED, NOTHING_NEEDED),
    CommitmentKind.APPOINTMENT: ("done", AGREED, APPOINTMENT_SET, CALLED_OFF, NOT_REACHED),
    CommitmentKind.MAIL: ("answered", "called", NOTHING_NEEDED),
    CommitmentKind.POST: ("done", NOTHING_NEEDED),
    CommitmentKind.AGREED: ("done", AGREED, APPOINTMENT_SET, NOT_REACHED, NOTHING_NEEDED),
}
EVERY = tuple(dict.fromkeys((*OUTCOMES, *(one for fitting in _OF.values() for one in fitting))))
"""All of them, each once."""


def outcomes_of(kind: str) -> tuple[str, ...]:
    """The outcomes that fit a kind of promise."""
    return _OF.get(kind, OUTCOMES)
