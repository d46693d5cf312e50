"""What a mail that came in changes. Everything here happens in the transaction that records the mail."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import answers, cases, inbound, responses
from models.rules.trouble import is_thanks, trouble
from models.tables import Customer, Inbound
from models.words import InboundState, Meaning, ParkedFor, Subject
from tasks.collecting.bounces import ACTOR, about_customer, came_back, notice_came_back
from tasks.collecting.colleagues import hear_colleague
from tasks.collecting.matching import Match
from tasks.collecting.tally import Became
from tasks.commitments import About, desk, owners_of, tell
from tasks.hearing import Answer, Asks, hear
from tasks.inbound import message
from tasks.inbound.message import Verdict

CHANNEL = "mail"

_WISHES = {Verdict.COMPLAINT: Became.COMPLAINT, Verdict.UNSUBSCRIBE: Became.UNSUBSCRIBE}
"""Both stop the courtesies. Anybody can write a complaint report: it must name a mail of ours."""


@dataclass(frozen=True)
class Arrived:
    """A mail with its row, what it says, and what it belongs to."""

    row: Inbound
    match: Match
    mail: message.Inbound | None = None
    """Nothing when a person brings it up again later."""


def take_up(session: Session, policy: Policy, arrived: Arrived, now: datetime) -> Became:
    """Do what the mail asks for, and write into its row what became of it."""
    match, verdict = arrived.match, Verdict(arrived.row.verdict)
    if verdict is Verdict.AUTOMATIC:
        return _done(arrived.row, Became.AUTOMATIC, now)
    if match.staff_id is not None:
        return _from_colleague(session, policy, arrived, now)
    if verdict is Verdict.HUMAN and match.is_known:
        return reply(session, policy, arrived, now)
    if verdict is Verdict.BOUNCE and match.is_proven:
        return _bounce(session, policy, arrived, now)
    wish = _WISHES.get(verdict)
    if wish is not None and (
        match.is_proven or (wish is Became.UNSUBSCRIBE and match.customer_id is not None)
    ):
        return _stop_extras(session, arrived, wish, now)
    return park(session, policy, arrived.row, _why_parked(arrived), now)


def _from_colleague(session: Session, policy: Policy, arrived: Arrived, now: datetime) -> Became:
    is_human = Verdict(arrived.row.verdict) is Verdict.HUMAN
    became = hear_colleague(session, policy, arrived.row, arrived.match, now) if is_human else None
    if became is None:
        return park(session, policy, arrived.row, ParkedFor.STAFF, now)
    return _done(arrived.row, became, now)


def reply(session: Session, policy: Policy, arrived: Arrived, now: datetime) -> Became:
    """A person answered: nudges stop, and somebody owes a reply, unless it is trouble or mere thanks."""
    row, match = arrived.row, arrived.match
    about, (asks, meaning, became) = _about(match), _asks(policy, row.words)
    assert match.customer_id is not None  # noqa: S101 (a known match has one)
    for other in match.follow_ups[1:]:  # one letter may carry several
        responses.answer_thread(session, other, row.received_at)
    answer = Answer(
        ref=f"mail:{row.identity}", customer_id=match.customer_id, meaning=meaning, channel=CHANNEL,
        received_at=row.received_at, text=row.words or None, asks=asks, inbound_id=row.id,
        order_id=about[1] if about[0] == Subject.ORDER else None,
        invoice_id=about[1] if about[0] == Subject.INVOICE else None,
        follow_up_id=match.follow_ups[0].id if match.follow_ups else None,
    )  # fmt: skip
    if asks is Asks.OWNER:
        row.state, row.owner_id = (
            InboundState.OWNED,
            owners_of(session, match.customer_id, about, now).owner_id,
        )
    else:
        _done(row, became, now)
    session.flush()
    hear(session, policy, [answer], now)
    return became


def park(session: Session, policy: Policy, row: Inbound, why: ParkedFor, now: datetime) -> Became:
    """Give it to a person, and tell whom. Whoever writes again and again costs one notice."""
    customer = session.get(Customer, row.customer_id) if row.customer_id is not None else None
    if customer is not None:
        owner = owners_of(session, customer.id, (Subject.CUSTOMER, customer.id), now).owner_id
    else:
        owner = desk(session, policy.company.language, now.date())
    is_first = inbound.waiting_from(session, row.sender, owner) == 0
    row.state, row.owner_id, row.parked_for = InboundState.PARKED, owner, why
    session.flush()
    if is_first:
        tell(session, policy, (Subject.INBOUND, row.id), row.customer_id, owner, now)
    return Became.PARKED


def _asks(policy: Policy, words: str) -> tuple[Asks, Meaning, Became]:
    if trouble(words, policy.trouble):
        return Asks.MANAGER, Meaning.MESSAGE, Became.URGENT
    if is_thanks(words, policy.trouble):
        return Asks.NOBODY, Meaning.FINE, Became.THANKS
    return Asks.OWNER, Meaning.MESSAGE, Became.REPLY


def _about(match: Match) -> About:
    if match.follow_ups:
        return match.follow_ups[0].subject_type, match.follow_ups[0].subject_id
    return Subject.CUSTOMER, match.customer_id or 0


def _bounce(session: Session, policy: Policy, arrived: Arrived, now: datetime) -> Became:
    ours, reports = arrived.match.mail, arrived.mail.bounced if arrived.mail else ()
    own_domain = policy.company.sender.rpartition("@")[2]
    if ours is None or ours.staff_id is not None:
        if any(report.permanent for report in reports):
            notice_came_back(session, arrived.match.follow_ups, now)
        return park(session, policy, arrived.row, ParkedFor.NOTICE_BOUNCED, now)
    told = about_customer(ours, reports, own_domain)
    if not told:
        return park(session, policy, arrived.row, ParkedFor.COPY_BOUNCED, now)
    became = came_back(session, policy, arrived.match, told, now, arrived.row.id)
    return _done(arrived.row, became, now)


def _stop_extras(session: Session, arrived: Arrived, became: Became, now: datetime) -> Became:
    customer = answers.customer(session, arrived.match.customer_id, lock=True)
    if customer.extras_stopped_at is None:
        customer.extras_stopped_at = now
        cases.note(session, (Subject.CUSTOMER, customer.id), "extras-stopped", now, ACTOR, cause=became)
    return _done(arrived.row, became, now)


def _done(row: Inbound, became: Became, now: datetime) -> Became:
    row.state, row.handled_at, row.handled_by, row.outcome = InboundState.HANDLED, now, ACTOR, became
    return became


def _why_parked(arrived: Arrived) -> ParkedFor:
    match arrived.row.verdict:
        case Verdict.HUMAN:
            return ParkedFor.STRANGER if arrived.match.customer_id is None else ParkedFor.UNCLEAR
        case Verdict.DOUBTFUL:
            return ParkedFor.DOUBTFUL
    return ParkedFor.UNPROVEN
