"""Who got what in a company's weeks, how many, and what is still open: figures for tests, and a table to sign."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import select

from models.queries.commitments.commitments import BY_HAND
from models.queries.escalation import silent_customers
from models.tables import Case, Commitment, Customer, Message, Staff
from models.words import MessageState
from tasks.escalation.call_list import listed
from tests.company import ROME
from tests.world import World

DIGEST = "daily-digest"


class Sent(NamedTuple):
    """A mail that went out. `to` is a reference of one of our people, or of a customer."""

    to: str
    kind: str
    address: str
    day: date


@dataclass(frozen=True)
class Weeks:
    """What happened. Customers are told apart by their address."""

    staff: Mapping[str, str]
    """By reference: the role."""
    to_staff: list[Sent]
    to_customers: list[Sent]
    orders: int
    cases: int
    """Open at the end."""
    promises: Counter[str]
    silent: int
    """Who stands by name on the manager's list."""
    unlisted: list[str]
    """What is open and stands on no list."""

    def of(self, ref: str, *, digests: bool = False) -> list[Sent]:
        """The mails to one of our people: the digests, or the others."""
        return [one for one in self.to_staff if one.to == ref and (one.kind == DIGEST) == digests]

    def most_a_day(self, ref: str, *, digests: bool = False) -> int:
        """The most mails of one day."""
        return max(Counter(one.day for one in self.of(ref, digests=digests)).values(), default=0)

    @property
    def customer_days(self) -> Counter[tuple[str, date]]:
        """Mails by address and day."""
        return Counter((one.address, one.day) for one in self.to_customers)

    @property
    def double_days(self) -> int:
        """Days on which one customer had two mails or more."""
        return sum(number > 1 for number in self.customer_days.values())

    @property
    def per_customer(self) -> Counter[str]:
        """Mails by customer."""
        return Counter(one.to for one in self.to_customers)


def weeks(world: World) -> Weeks:
    """Read the weeks of a company from its database."""
    with world.db.read() as session:
        staff = {one.id: one for one in session.scalars(select(Staff))}
        refs = dict(session.execute(select(Customer.id, Customer.ref)).all())
        mails = session.scalars(select(Message).where(Message.state == MessageState.ACCEPTED)).all()
        calls = listed(session, world.policy, world.clock.now())
        on_list = {one.call.customer for one in calls}
        cases = session.scalars(select(Case).where(Case.closed_at.is_(None))).all()
        owed = session.scalars(select(Commitment).where(Commitment.done_at.is_(None))).all()
        by_hand = [one for one in owed if one.kind in BY_HAND or one.told_id is not None]
        open_of = [one.customer_id for one in (*cases, *by_hand) if one.customer_id is not None]
        found = [
            Sent(
                staff[mail.staff_id].ref if mail.staff_id else refs[mail.customer_id or 0],
                mail.kind,
                mail.recipient,
                mail.marked_at.astimezone(ROME).date(),
            )
            for mail in mails
        ]
        ours = {one.ref: one.role for one in staff.values()}
        return Weeks(
            staff=ours,
            to_staff=[one for one in found if one.to in ours],
            to_customers=[one for one in found if one.to not in ours],
            orders=0,
            cases=len(cases),
            promises=Counter(one.kind for one in by_hand),
            silent=len(silent_customers.standing(session)),
            unlisted=sorted({refs[id_] for id_ in open_of} - on_list),
        )


def written(title: str, story: str, found: Weeks) -> str:
    """A section of the table, as Markdown."""
    rows = [
        (f"{role} ({ref})", found.of(ref, digests=True) + found.of(ref)) for ref, role in found.staff.items()
    ]
    lines = [
        f"| {who} | {len(mails)} | {_kinds(mails)} | {max(Counter(one.day for one in mails).values(), default=0)} |"
        for who, mails in rows
    ]
    to_customers, each = found.to_customers, found.per_customer
    most = max(found.customer_days.values(), default=0)
    lines.append(f"| customers | {len(to_customers)} | {_kinds(to_customers)} | {most} each |")
    promises = ", ".join(f"{number} {kind}" for kind, number in sorted(found.promises.items())) or "none"
    counted = (
        f"Mails to one customer: {min(each.values(), default=0)} to {max(each.values(), default=0)}. "
        f"Days with two or more mails to one customer: {found.double_days} of {len(found.customer_days)}."
    )
    still_open = (
        f"Still open at the end: {found.cases} cases; promises that people see to: {promises}; "
        f"{found.silent} customers by name on the manager's list. Open and on no list: {len(found.unlisted)}."
    )
    return "\n".join(
        [
            f"## {title}",
            "",
            story,
            "",
            "| who | mails | of these | most in a day |",
            "|---|---|---|---|",
            *lines,
            "",
            counted,
            still_open,
            "",
        ]
    )


def _kinds(mails: list[Sent]) -> str:
    kinds = Counter(one.kind for one in mails)
    return ", ".join(f"{number} {kind}" for kind, number in kinds.most_common()) or "nothing"
