"""What the policy says of one kind of follow-up. Values only; `models.policy` reads them from the file."""

from dataclasses import dataclass
from functools import cached_property

from models.rules.calendar import offsets
from models.rules.calendar.offsets import Offset
from models.rules.planning.step_key import check_name

CONDITIONS = {
    "cancelled": "the order or invoice was cancelled",
    "delivered": "the order was delivered",
    "promised": "the order has a promised delivery date",
    "welcomed": "a welcome contact was accepted by the mail server or answered",
    "paid": "the invoice was paid",
    "said-paid": "the customer says that this invoice is paid, and the time to check it is not over",
    "disputed": "this invoice is disputed",
    "customer-disputes": "another open invoice of the customer is disputed, and no manager let this one go on",
    "open-complaint": "an open case holds what the customer brought up, and no manager let this invoice go on",
    "listened": "a manager has called about this invoice, and listened",
    "promised-to-pay": "the customer named a day for the payment, and its grace is not over",
    "payments-fresh": "the last import of payments is not older than the policy allows",
    "signed": "a manager has signed the formal warning about this invoice",
    "warned": "a formal warning about this invoice went out",
    "handed-over": "the invoice was handed over to credit recovery",
    "covered": "credit notes of the same customer cover the invoice; it holds whatever a payment would make moot",
    "closed": "the case was closed, or the mail or commitment seen to",
    "withdrawn": "the customer has withdrawn from this order (recesso), and a person has confirmed it",
    "terminated": "the customer has ended what runs (disdetta), and a person has confirmed it",
}
"""What can be true of a subject at the moment of sending: the words that `moot_when`, `hold_when` and `needs` take."""


OWN_FACTS = {
    "order": frozenset({"cancelled", "delivered", "promised"}),
    "invoice": frozenset({"cancelled", "paid", "disputed", "handed-over"}),
}
"""Conditions that an imported fact of the subject decides alone. Taken back, it brings back what it made moot."""


ON_SILENCE = ("case", "draw", "nothing", "list")
"""What can follow when nobody answers: a case; a call to some who are drawn by lot (B27); nothing; or the lot, and for
whoever is not drawn the name on a manager's list."""

DECISIONS = ("signature", "hand-over")
"""What a manager can be asked for about an invoice."""


@dataclass(frozen=True)
class Step:
    """One contact of a cadence: its name, and how far from the anchor it lies."""

    name: str
    after: str
    on_silence: str | None = None
    """What happens when nobody answers this step; that of the cadence when empty."""
    nudges: int | None = None
    """How often this step is asked again; as often as the cadence says when empty."""
    was: str | None = None
    """Its name before: what was sent under that name counts as sent."""

    def __post_init__(self) -> None:
        """Check the name and the distance.

        Raises:
            ValueError: `after` is no distance, or the name has other characters than letters, digits, `-` and `_`.
        """
        check_name(self.name, "a step")
        offsets.parse(self.after)

    @cached_property
    def offset(self) -> Offset:
        """The distance from the anchor."""
        return offsets.parse(self.after)


@dataclass(frozen=True)
class Cadence:
    """When we owe a contact, to whom, what makes it moot, and what happens when nobody answers."""

    sweep: str
    """The flow that sends it."""
    subject: str
    """`order` or `invoice`, or `closed-case` for the question after it; for our own people `case`, `commitment`,
    `inbound` or `staff`."""
    anchor: str
    """The date it hangs on: signed, promised, promise-moved, delivered, withdrawal (declared on the page),
    issued, due, or a named date.

    For our own people: opened or complained (a case), made (a commitment), parked (a mail that came in), day (a
    digest), asked (the link of an own page). For the question after a case: closed.
    """
    steps: tuple[Step, ...]
    window: str = "customers"
    audience: str = "customer"
    """`customer`, `billing`, or the staff who get it: `owner`, `seller` (of the order, and nobody else), or the role
    `after-sale`, `manager`, `director`."""
    per_date: bool = False
    """Each new value of the anchor earns its own contact (a second slip is a second alert)."""
    needs: tuple[str, ...] = ()
    """Held until all of these are true."""
    moot_when: tuple[str, ...] = ()
    """Skipped when one of these is true."""
    hold_when: tuple[str, ...] = ()
    """Held as long as one of these is true."""
    extra: bool = False
    """A courtesy the customer may stop; carries List-Unsubscribe."""
    courtesy: bool | None = None
    """A contact that makes room for others to the same person (`models.rules.sending.spacing`). Left out: whatever asks
    how it went, may be stopped, or tells in advance of a date."""
    quiet_days: int = 0
    """It is not sent within so many days of another mail to the same person: it would say nothing new."""
    answers: tuple[str, ...] = ()
    """What the answer page offers."""
    wait: str | None = None
    """How long we wait for the answer; none is expected when empty."""
    nudges: int = 0
    on_silence: str = "case"
    """One of `ON_SILENCE`."""
    opens_case: str | None = None
    """No mail: when due, a case with this reason is opened."""
    owes: str | None = None
    """With `opens_case`: what is owed to the customer besides, such as `phone` (a call)."""
    asks: str | None = None
    """No mail: when due, a manager owes a decision: `signature` or `hand-over`."""
    one_letter: bool = False
    """Everything of this kind that is due for a customer goes into one letter."""
    was: str | None = None
    """Its name before; see `Step.was`."""
    max_late: str = "14 days"
    """Later than this it is stale, and skipped."""

    @property
    def sends(self) -> bool:
        """Whether it is a mail; otherwise one of our people is asked."""
        return self.opens_case is None and self.asks is None

    @property
    def is_courtesy(self) -> bool:
        """Whether it makes room for other mail to the same person."""
        if not self.sends or self.subject not in {"order", "closed-case"}:
            return False
        if self.courtesy is not None:
            return self.courtesy
        asks = {"rating", "solved", "fine"} & set(self.answers)
        return self.extra or bool(asks) or any(step.offset.count < 0 for step in self.steps)

    @property
    def is_needed(self) -> bool:
        """Whether it has to reach the customer whatever else does: it asks everybody, and cannot be stopped."""
        return not self.extra and bool({"rating", "solved"} & set(self.answers))

    @property
    def is_grave(self) -> bool:
        """Whether it is about money, or says that something is late: no question how it went stands beside it."""
        is_late = self.subject == "order" and self.anchor in {"promised", "promise-moved"}
        return self.sends and not self.is_courtesy and (self.subject == "invoice" or is_late)

    @property
    def is_notice(self) -> bool:
        """Whether it tells of an invoice before it is due, and so no more than the invoice says itself."""
        return self.sends and self.subject == "invoice" and all(step.offset.count < 0 for step in self.steps)

    @property
    def is_routine(self) -> bool:
        """Whether it goes to everybody with an order of whom nothing is heard and for whom all goes well."""
        return self.sends and self.subject == "order" and not self.is_grave and not self.tells_back

    def can_join(self, other: "Cadence") -> bool:
        """Whether one mail of the other asks what this one asks, where both are due about one order: came it whole?"""
        asks = set(self.answers)
        return "fine" in asks and "rating" in other.answers and asks - {"fine"} <= set(other.answers)

    def goes_before(self, other: "Cadence") -> bool:
        """Whether its words open the mail of the other one, where both are due about one order."""
        both = self.subject == other.subject == "order" and self.anchor == other.anchor == "signed"
        return both and self.sends and other.sends and not self.is_courtesy and other.is_needed

    @property
    def is_personal(self) -> bool:
        """Whether it belongs to the person it is about, and to no stand-in: the link that he or she asked for."""
        return self.subject == "staff" and self.anchor == "asked"

    @property
    def tells_back(self) -> bool:
        """Whether it is the receipt of a declared withdrawal: each is told back, and none takes another's place."""
        return self.anchor == "withdrawal" and self.per_date

    @property
    def is_signed(self) -> bool:
        """Whether a manager's name stands under it."""
        return "signed" in self.needs

    def __post_init__(self) -> None:
        """Check words that have a closed list.

        Raises:
            ValueError: a condition nobody knows, or a distance that is none.
        """
        for word in (*self.needs, *self.moot_when, *self.hold_when):
            if word not in CONDITIONS:
                raise ValueError(f"{word!r} is no condition; choose from {', '.join(sorted(CONDITIONS))}")
        if self.asks is not None and self.asks not in DECISIONS:
            raise ValueError(f"asks is {self.asks!r}; choose from {', '.join(DECISIONS)}")
        if self.asks is not None and self.opens_case is not None:
            raise ValueError("asks and opens_case are both set; a contact has one end")
        offsets.parse(self.max_late)
        if self.wait is not None:
            offsets.parse(self.wait)
        if not self.steps:
            raise ValueError("steps is empty; a cadence needs at least one")
        if len({step.name for step in self.steps}) != len(self.steps):
            raise ValueError("two steps share a name; each step needs its own")
