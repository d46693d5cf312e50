"""A delivery day as a promise: what the facts of an order do to it."""

from dataclasses import dataclass
from datetime import datetime

from models.rules.commitments import ledger
from models.words import CommitmentState

ACTS = {
    CommitmentState.KEPT: "delivered",
    CommitmentState.LATE: "delivered",
    CommitmentState.BROKEN: "another day was promised",
    CommitmentState.RE_PROMISED: "another day was promised",
    CommitmentState.WITHDRAWN: "the order was cancelled",
}
"""What happened, by how the promise ended."""
_CAME = frozenset({CommitmentState.KEPT, CommitmentState.LATE})
TAKEN_BACK = "the delivery was taken back"
"""It had not come after all, or not all of it: the promise counts neither as kept nor as late."""


@dataclass(frozen=True)
class Facts:
    """What an order says. Times are aware; `due_at` is the end of the promised day at the customer's place."""

    due_at: datetime | None
    made_at: datetime
    """When this day was promised: at signing, or with the last move."""
    delivered_at: datetime | None = None
    cancelled_at: datetime | None = None
    reason: str = ledger.UNSTATED
    """Code of the last move."""


@dataclass(frozen=True)
class LastPromise:
    """The last promise of an order."""

    id: int
    due_at: datetime
    state: str
    done_at: datetime | None
    breaks: int = 0
    made_at: datetime | None = None
    by_hand: bool = False
    """A person made it, or ended it: facts that were known before do not undo that."""


@dataclass(frozen=True)
class End:
    """How a promise ends, and when; with its reason code where it slipped."""

    state: CommitmentState
    at: datetime
    reason: str | None = None
    outcome: str | None = None
    """What happened, where the state does not say it (`ACTS`)."""


@dataclass(frozen=True)
class PromiseChange:
    """What planning has to write: the end of the last promise, and a new one, which may have ended already."""

    ends: End | None = None
    makes: bool = False
    made_ends: End | None = None
    slips: bool = False

    @property
    def has_come(self) -> bool:
        """Whether what was promised is there now."""
        return any(end is not None and end.state in _CAME for end in (self.ends, self.made_ends))


NOTHING = PromiseChange()


def turn(facts: Facts, last: LastPromise | None) -> PromiseChange:
    """Compare an order with its last promise. Comparing twice changes nothing more.

    Another day ends the promise and chains a new one; the old due time stays what it was. Cancelled goods are owed no
    longer; a cancellation or a delivery that is taken back makes a new promise. What a person agreed on or ended stands
    until another day is promised after it.
    """
    if facts.cancelled_at is not None:
        is_open = last is not None and last.done_at is None
        return PromiseChange(ends=End(CommitmentState.WITHDRAWN, facts.cancelled_at)) if is_open else NOTHING
    if facts.due_at is None or _stands(facts, last):  # what was said last stays owed, until it has come
        return (
            PromiseChange(ends=_delivered(last.due_at, facts))
            if last is not None and last.done_at is None
            else NOTHING
        )
    if last is None:
        return PromiseChange(makes=True, made_ends=_delivered(facts.due_at, facts))
    if last.done_at is not None:
        return _after_its_end(facts, facts.due_at, last)
    if last.due_at == facts.due_at:
        return PromiseChange(ends=_delivered(last.due_at, facts))
    slips = ledger.is_slip(last.due_at, facts.due_at, facts.reason)
    state = ledger.gave_way(last.due_at, facts.made_at)
    is_later = (
        facts.due_at > last.due_at
    )  # a change that the customer asked for is kept as such, and is no slip
    ends = End(state, facts.made_at, facts.reason if is_later else None)
    return PromiseChange(ends, makes=True, made_ends=_delivered(facts.due_at, facts), slips=slips)


def _stands(facts: Facts, last: LastPromise | None) -> bool:
    """Whether a person's word is the last one: no other day was promised since."""
    if last is None or not last.by_hand:
        return False
    return facts.due_at == last.due_at or (last.made_at is not None and facts.made_at <= last.made_at)


def _after_its_end(facts: Facts, due_at: datetime, last: LastPromise) -> PromiseChange:
    """The last promise ended. A delivery that another system corrects is corrected; one it takes back is owed again."""
    came = last.state in _CAME
    if came and not last.by_hand and facts.delivered_at is None and last.done_at is not None:
        return PromiseChange(
            ends=End(CommitmentState.WITHDRAWN, last.done_at, outcome=TAKEN_BACK), makes=True
        )
    if last.by_hand or last.state == CommitmentState.WITHDRAWN or facts.delivered_at is None:
        return PromiseChange(makes=True, made_ends=_delivered(due_at, facts))
    corrected = _delivered(last.due_at, facts)
    return (
        PromiseChange(ends=corrected) if corrected is not None and corrected.at != last.done_at else NOTHING
    )


def _delivered(due_at: datetime, facts: Facts) -> End | None:
    if facts.delivered_at is None:
        return None
    state = ledger.ended(due_at, facts.delivered_at)
    return End(state, facts.delivered_at, facts.reason if state is CommitmentState.LATE else None)
