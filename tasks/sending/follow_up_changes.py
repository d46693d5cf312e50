"""How a decision about a follow-up is written down, and counted."""

from typing import Any

from models.rules.sending.before_sending import (
    NOBODY,
    Ask,
    Decision,
    HoldBack,
    OpenCase,
    Postpone,
    Skip,
    Unheard,
)
from models.tables import FollowUp
from models.words import FollowUpState


def settlement(row: FollowUp, decision: Decision) -> dict[str, Any]:
    """The columns that a decision not to send sets."""
    match decision:
        case Skip(reason):
            return {"state": FollowUpState.SKIPPED, "reason": reason, "due_at": row.due_at}
        case HoldBack(reason):
            return {"state": FollowUpState.HELD, "reason": reason, "due_at": row.due_at}
        case Postpone(until, why):
            return {"state": FollowUpState.PLANNED, "reason": why, "due_at": until}
        case Unheard(until):
            return {"state": FollowUpState.PLANNED, "reason": NOBODY, "due_at": until}
        case OpenCase(reason) | Ask(reason):
            return {"state": FollowUpState.RAISED, "reason": reason, "due_at": row.due_at}
    raise TypeError(decision)


def outcome_of(decision: Decision) -> tuple[str, str]:
    """What became of it and why, as the report counts it."""
    match decision:
        case Skip(reason):
            return "skipped", reason
        case HoldBack(reason):
            return "held", reason
        case OpenCase(reason) | Ask(reason):
            return "taken to a manager", reason
        case Unheard(_, is_known):
            return "postponed" if is_known else "unheard", NOBODY
        case Postpone(_, why, is_held):
            return "held" if is_held else "postponed", why or "outside the hours"
    raise TypeError(decision)
