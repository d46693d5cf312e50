"""A customer, an order or an invoice for the control room: what went, what is next and what holds it; no words."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.errors import RefusedError
from models.policy import Policy
from models.queries.cases import cases
from models.queries.desk import of_customer
from models.queries.sending import forward
from models.queries.sending.forward import NamedSubject
from models.rules.planning.step_key import StepKey
from models.tables import FollowUp
from models.words import FollowUpState, Subject
from tasks.mails.control_words import ControlWords
from tasks.mails.labels import worded
from tasks.sending.sweep_report import Report

_OPEN = (FollowUpState.PLANNED, FollowUpState.HELD, FollowUpState.CLAIMED)
_MOST_SAID = 3


class NothingShownError(RefusedError):
    """Nobody and nothing here has the reference."""


def found(session: Session, ref: str, *, order: bool) -> NamedSubject:
    """What a reference names: an order or invoice, or else a customer.

    Raises:
        UnknownReferenceError: see there.
    """
    known = forward.named(session, ref)
    if known is None or (known.kind is Subject.CUSTOMER) == order:
        what = "order or invoice" if order else "customer"
        raise NothingShownError(f"no {what} has the reference {ref}; nothing was done")
    return known


def rows(session: Session, policy: Policy, known: NamedSubject) -> Sequence[dict[str, Any]]:
    """Every contact, the open ones first, each group in the order of time; heads in the company's words."""
    words = ControlWords.of(policy)
    contacts = forward.contacts(session, known)
    refs = forward.refs(session, contacts)
    ordered = sorted(contacts, key=lambda row: (row.state not in _OPEN, row.sent_at or row.due_at, row.id))
    return words.head(
        {
            "kind": f"{words.kind(row.kind)}, {StepKey.parse(row.step).name}",
            "about": refs.get((row.subject_type, row.subject_id), ""),
            "outcome": words.outcome(row.state),
            "when": words.at(row.sent_at or row.due_at),
            "reason": words.why(_reason(row)),
        }
        for row in ordered
    )


def _reason(row: FollowUp) -> str:
    """Why; of what a mail server said its number alone, since it repeats addresses."""
    reason = row.reason or ""
    return reason[:3] if reason[:3].isdigit() else "" if "@" in reason else reason


def _is_sent(policy: Policy, row: FollowUp) -> bool:
    """Whether it is a mail; alarms only ask a person."""
    cadence = policy.cadences.get(row.kind)
    return cadence is not None and cadence.sends


def what_holds(session: Session, policy: Policy, known: NamedSubject, now: datetime) -> Iterator[str]:
    """Holds by hand with their names and ends, the open case, and what is owed. Reasons that people wrote stay away."""
    words, customer = ControlWords.of(policy), known.customer.id
    for hold in of_customer.holds_of(session, customer, now):
        yield words.say("text.held-until", who=hold.actor, at=words.at(hold.until))
    number = cases.open_numbers(session, {customer}).get(customer)
    if number is not None:
        yield words.say("text.open-case", number=number)
    for owed in forward.owed(session, customer):
        what = worded(words.language, "owed", owed.kind)
        yield words.say("text.owed", what=what, at=words.by(owed.due_at))


def in_a_sentence(session: Session, policy: Policy, known: NamedSubject) -> str:
    """How much went, and what is next: `12 sent; next: delay-alert CB-1, 2026-03-18 08:00 CET`."""
    contacts = forward.contacts(session, known)
    went = sum(row.sent_at is not None for row in contacts)
    ahead = sorted(
        (row for row in contacts if row.state == FollowUpState.PLANNED), key=lambda row: row.due_at
    )
    refs, words = forward.refs(session, ahead[:1]), ControlWords.of(policy)
    after = [f"{_name(row, refs)}, {words.at(row.due_at)}" for row in ahead[:1]]
    return f"{went} sent; next: {after[0]}" if after else f"{went} sent; nothing is planned"


def waits(
    session: Session,
    policy: Policy,
    customers: Sequence[int],
    kinds: Sequence[str],
    report: Report,
    now: datetime,
) -> list[str]:
    """What would go to these customers by a rehearsal, and what waits until when: `delay-alert SO-1 waits until …`."""
    words = ControlWords.of(policy)
    refs = forward.refs_of(session, {one for about in report.about.values() for one in about})
    said = [
        f"{kind} {refs.get(one, '')} would go"
        for (kind, outcome, _), about in report.about.items()
        if outcome == "to be sent"
        for one in about
    ]
    said += [
        f"{kind} {refs.get(one, '')} {outcome}: {reason}"
        for (kind, outcome, reason), about in report.about.items()
        if outcome in _STAYS
        for one in about
    ]
    later = [
        row
        for row in forward.open_with(session, customers, kinds)
        if row.due_at > now and _is_sent(policy, row)
    ]
    later_refs = forward.refs(session, later)
    return said + [_waiting(row, later_refs, words) for row in later]


_STAYS = ("held", "postponed", "unheard", "taken to a manager")


def in_short(lines: Sequence[str]) -> str:
    """The first few, and how many more."""
    more = len(lines) - _MOST_SAID
    return "; ".join(lines[:_MOST_SAID]) + (f"; and {more} more in the artifact" if more > 0 else "")


def _waiting(row: FollowUp, refs: dict[tuple[str, int], str], words: ControlWords) -> str:
    if row.state == FollowUpState.HELD:
        return f"{_name(row, refs)} is held: {row.reason}"
    why = f" ({row.reason})" if row.reason else ""
    return f"{_name(row, refs)} waits until {words.at(row.due_at)}{why}"


def _name(row: FollowUp, refs: dict[tuple[str, int], str]) -> str:
    return f"{row.kind} {refs.get((row.subject_type, row.subject_id), '')}".strip()
