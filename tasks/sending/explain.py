"""What happens with a customer, an order or an invoice, and why, in words; and a mail as it would go now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.cases import cases
from models.queries.sending import forward
from models.queries.sending.forward import NamedSubject
from models.rules.calendar.calendars import local_day
from models.rules.planning.cadence import CONDITIONS
from models.rules.planning.step_key import StepKey
from models.rules.sending.before_sending import Ask, Decision, HoldBack, OpenCase, Postpone, Send, Skip
from models.tables import FollowUp, Invoice, Order
from models.words import FollowUpState
from tasks.mails.composer import ComposedMail, Composer
from tasks.mails.formats import end_of_day
from tasks.mails.letter_facts import write_letter
from tasks.planning.plan import plan_batch
from tasks.runtime.ground import Ground
from tasks.sending.decide import decide_batch
from tasks.sending.gather import gather
from tasks.sending.group import group

_NOT = "not "
_SHOWN = 50


@dataclass(frozen=True)
class Previewed:
    """A mail as it would go now, or went, and what it is made of."""

    mail: ComposedMail
    made_of: tuple[str, ...]
    decision: Decision
    """What a sweep would do with it, if it were due now."""


def preview(ground: Ground, composer: Composer, kind: str, customer: str, now: datetime) -> Previewed:
    """Compose the next mail of a kind to a customer on today's facts, and write nothing.

    Raises:
        ValueError: there is no such kind or customer, or nothing of the kind was ever owed there.
    """
    policy = ground.policy
    if kind not in policy.mailed_kinds:
        known = ", ".join(policy.mailed_kinds)
        raise ValueError(f"{kind!r} is no message of the policy; choose from {known}")
    with ground.db.rehearse() as session:
        found = forward.named(session, customer)
        if found is None:
            raise ValueError(f"nobody and nothing here has the reference {customer}")
        while plan_batch(session, policy, now):
            pass
        rows = [
            row
            for row in forward.of_kind(session, found.customer.id, kind)
            if found.row is found.customer or row.subject_id == found.row.id
        ]
        if not rows:
            raise ValueError(
                f"nothing of {kind} is owed to {customer}; `seguito explain {customer}` says what is"
            )
        return _composed(session, policy, composer, rows[0], now)


def _composed(
    session: Session, policy: Policy, composer: Composer, row: FollowUp, now: datetime
) -> Previewed:
    batch = gather(session, policy, [row.id], now)
    [ruling] = decide_batch(policy, batch).each
    [one] = group(session, policy, batch, [(ruling.row, ruling.customer)])
    letter = write_letter(one, f"f{row.id}-0", batch.desk, policy, composer.message_id, now)
    about = forward.refs(session, [row]).get((row.subject_type, row.subject_id), "")
    matter = f", about {row.subject_type} {about}" if about else ""
    made_of = (
        f"contact: {row.kind}, {StepKey.parse(row.step).name}{matter}",
        f"language: {letter.language}; who is named: {letter.owner.name if letter.owner else 'nobody'}",
        f"owed: {_at(row.owed_at, policy)}; {_state(row, policy)}",
        f"if it were due now: {_decided(ruling.decision, policy)}",
    )
    return Previewed(composer.compose(letter, now), made_of, ruling.decision)


def explain(session: Session, policy: Policy, ref: str, now: datetime) -> Iterator[str]:
    """What was planned, sent, held and skipped, and why; one line each. References only, and no addresses.

    Raises:
        ValueError: nobody and nothing has this reference.
    """
    found = forward.named(session, ref)
    if found is None:
        raise ValueError(f"nobody and nothing here has the reference {ref}")
    yield _facts(found, policy)
    rows = forward.contacts(session, found)
    about = forward.refs(session, rows)
    for row in rows:
        name = about.get((row.subject_type, row.subject_id), "")
        nudge = f", reminder {row.nudge}" if row.nudge else ""
        yield f"  {name} {row.kind}, {StepKey.parse(row.step).name}{nudge}: {_state(row, policy)}".replace(
            "   ", "  "
        )
    case = cases.open_numbers(session, {found.customer.id}).get(found.customer.id)
    if case is not None:
        reasons = ", ".join(one.reason for one in cases.reasons(session, case) if one.settled_at is None)
        yield f"  case {case} is open: {reasons}"
    for owed in forward.owed(session, found.customer.id):
        yield f"  owed: {owed.kind}, by {_until(owed.due_at, policy)}" + (
            " (overdue)" if owed.due_at < now else ""
        )


def at_an_end(session: Session, policy: Policy, now: datetime) -> Sequence[str]:
    """Overdue invoices of which nothing can ever follow, with what ended their ladder last; references only."""
    lines = []
    for invoice in forward.at_an_end(session, local_day(now, policy.company.place), _SHOWN):
        found = forward.named(session, invoice.ref)
        rows = forward.contacts(session, found) if found is not None else []
        last = next((row for row in reversed(rows) if row.reason), None)
        why = f"; last: {last.kind}, {last.state}: {last.reason}" if last is not None else ""
        lines.append(f"{invoice.ref}: due {invoice.due_on}, nothing follows{why}")
    return lines


def _facts(found: NamedSubject, policy: Policy) -> str:
    row = found.row
    if isinstance(row, Order):
        told = f", told last {row.told_on}" if row.told_on else ""
        end = "delivered" if row.delivered_at else "cancelled" if row.cancelled_at else "open"
        return f"order {row.ref} of {found.customer.ref}: {end}, promised {row.promised_on or 'no day'}{told}"
    if isinstance(row, Invoice):
        end = "paid" if row.paid_at else "cancelled" if row.cancelled_at else "open"
        return f"invoice {row.ref} of {found.customer.ref}: {end}, due {row.due_on}"
    stopped = "; gets no courtesies" if row.gets_no_extras(policy.sending.no_courtesies_in) else ""
    return f"customer {row.ref}: {row.language}, {row.country}{stopped}; hours of {policy.company.timezone}"


def _state(row: FollowUp, policy: Policy) -> str:
    match row.state:
        case FollowUpState.PLANNED:
            return f"planned for {_at(row.due_at, policy)}" + (f" ({row.reason})" if row.reason else "")
        case FollowUpState.HELD | FollowUpState.SKIPPED | FollowUpState.FAILED:
            return f"{row.state}: {_reason(row.reason)}"
        case FollowUpState.RAISED:
            return f"taken to a person: {row.reason}"
        case FollowUpState.TRIAL:
            return "composed on trial, sent to no customer"
        case _:
            at = _at(row.sent_at, policy) if row.sent_at else "now"
            wait = f", an answer is awaited until {_at(row.answer_by, policy)}" if row.answer_by else ""
            return f"{row.state} {at}{wait}" if row.state == FollowUpState.SENT else f"sent {at}, {row.state}"


def _reason(reason: str | None) -> str:
    """A reason with what it means, where it is a condition of the policy."""
    if not reason:
        return "no reason was kept"
    meant = CONDITIONS.get(reason.removeprefix(_NOT))
    if meant is None:
        return reason
    return f"it waits until {meant}" if reason.startswith(_NOT) else meant


def _decided(decision: Decision, policy: Policy) -> str:
    match decision:
        case Send():
            return "it would go"
        case Skip(reason):
            return f"it would be left out: {_reason(reason)}"
        case HoldBack(reason):
            return f"it would be held: {_reason(reason)}"
        case Postpone(until, why):
            return f"it would wait until {_at(until, policy)}" + (f" ({why})" if why else "")
        case OpenCase(reason) | Ask(reason):
            return f"a person would be asked: {reason}"
        case _:
            return "it would wait for somebody who can be reached"


def _until(at: datetime, policy: Policy) -> str:
    """A due time: the day alone where it ends with one, as everybody else is told."""
    last = end_of_day(at, policy.company.timezone)
    return _at(at, policy) if last is None else last.isoformat()


def _at(at: datetime, policy: Policy) -> str:
    return f"{at.astimezone(ZoneInfo(policy.company.timezone)):%Y-%m-%d %H:%M}"
