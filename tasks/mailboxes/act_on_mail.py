"""What a mail that came in changes. Everything here happens in the transaction that records the mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import history
from models.queries.mailboxes import inbound
from models.queries.responses import pages, responses
from models.rules.inbound.trouble import is_thanks, trouble
from models.tables import Customer, Inbound
from models.words import InboundState, Meaning, ParkedFor, Subject
from tasks.commitments.make import About, desk, owners_of_all, tell
from tasks.inbound import message
from tasks.inbound.message import Verdict
from tasks.mailboxes.bounces import ACTOR, Returned, about_customer, came_back, notice_came_back
from tasks.mailboxes.colleagues import hear_colleague
from tasks.mailboxes.matching import Match
from tasks.mailboxes.tally import Became
from tasks.responses.record import Answer, Asks, hear

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
    is_whole: bool = True
    """False: so large that only its head was fetched."""


def take_up(session: Session, policy: Policy, arrived: Sequence[Arrived], now: datetime) -> dict[int, Became]:
    """Do what mails of different customers ask for, and write into their rows what became of each; by inbound id."""
    whole = [one for one in arrived if one.is_whole]
    replies = [one for one in whole if _is_reply(one)]
    bounced = [one for one in whole if _is_bounce(one)]
    others = [one for one in whole if not _is_reply(one) and not _is_bounce(one)]
    return {
        **{
            one.row.id: reject(session, policy, one.row, ParkedFor.TOO_LARGE, now)
            for one in arrived
            if not one.is_whole
        },
        **reply(session, policy, replies, now),
        **_bounced(session, policy, bounced, now),
        **{one.row.id: _take_up(session, policy, one, now) for one in others},
    }


def _is_reply(arrived: Arrived) -> bool:
    match = arrived.match
    return arrived.row.verdict == Verdict.HUMAN and match.staff_id is None and match.is_known


def _is_bounce(arrived: Arrived) -> bool:
    match = arrived.match
    return arrived.row.verdict == Verdict.BOUNCE and match.staff_id is None and match.is_proven


def _take_up(session: Session, policy: Policy, arrived: Arrived, now: datetime) -> Became:
    match, verdict = arrived.match, Verdict(arrived.row.verdict)
    if verdict is Verdict.AUTOMATIC:
        return done(arrived.row, Became.AUTOMATIC, now)
    if match.staff_id is not None:
        return _from_colleague(session, policy, arrived, now)
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
    return done(arrived.row, became, now)


def reply(session: Session, policy: Policy, arrived: Sequence[Arrived], now: datetime) -> dict[int, Became]:
    """Persons answered: nudges stop, and somebody owes each a reply, unless it is trouble or mere thanks."""
    others = [(row, one.row.received_at) for one in arrived for row in one.match.follow_ups[1:]]
    responses.answer_threads(session, others)  # one letter may carry several
    asked = {one.row.id: _asks(policy, one.row.words) for one in arrived}
    matters = [(one.match.customer_id or 0, _about(one.match)) for one in arrived]
    owners = owners_of_all(session, matters, now) if matters else []
    for one, found in zip(arrived, owners, strict=True):
        asks, _, became = asked[one.row.id]
        if asks is Asks.OWNER:
            one.row.state, one.row.owner_id = InboundState.OWNED, found.owner_id
        else:
            done(one.row, became, now)
    session.flush()
    hear(session, policy, [_answer(one, *asked[one.row.id][:2]) for one in arrived], now)
    return {id_: became for id_, (_, _, became) in asked.items()}


def _answer(arrived: Arrived, asks: Asks, meaning: Meaning) -> Answer:
    row, match, about = arrived.row, arrived.match, _about(arrived.match)
    assert match.customer_id is not None  # noqa: S101 (a known match has one)
    return Answer(
        ref=f"mail:{row.identity}",
        customer_id=match.customer_id,
        meaning=meaning,
        channel=CHANNEL,
        received_at=row.received_at,
        text=row.words or None,
        asks=asks,
        inbound_id=row.id,
        order_id=about[1] if about[0] == Subject.ORDER else None,
        invoice_id=about[1] if about[0] == Subject.INVOICE else None,
        follow_up_id=match.follow_ups[0].id if match.follow_ups else None,
    )


def park(session: Session, policy: Policy, row: Inbound, why: ParkedFor, now: datetime) -> Became:
    """Give it to a person, and tell whom. Whoever writes again and again costs one notice."""
    customer = session.get(Customer, row.customer_id) if row.customer_id is not None else None
    if customer is not None:
        matter = customer.id, (Subject.CUSTOMER, customer.id)
        owner = owners_of_all(session, [matter], now)[0].owner_id
    else:
        owner = desk(session, policy.company.language, now.date())
    is_first = inbound.waiting_from(session, row.sender, owner) == 0
    row.state, row.owner_id, row.parked_for = InboundState.PARKED, owner, why
    session.flush()
    if is_first:
        tell(session, policy, (Subject.INBOUND, row.id), row.customer_id, owner, now)
    return Became.PARKED


def reject(session: Session, policy: Policy, row: Inbound, why: ParkedFor, now: datetime) -> Became:
    """Give a mail to a person that the program does not read."""
    park(session, policy, row, why, now)
    row.state = InboundState.REJECTED
    return Became.REJECTED


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


def _bounced(
    session: Session, policy: Policy, arrived: Sequence[Arrived], now: datetime
) -> dict[int, Became]:
    became: dict[int, Became] = {}
    returned: list[Returned] = []
    for one in arrived:
        told = _told(session, policy, one, now)
        if isinstance(told, ParkedFor):
            became[one.row.id] = park(session, policy, one.row, told, now)
        else:
            returned.append(told)
    back = came_back(session, policy, returned, now)
    for one in arrived:
        if one.row.id in back:
            done(one.row, back[one.row.id], now)
    return became | back


def _told(session: Session, policy: Policy, arrived: Arrived, now: datetime) -> Returned | ParkedFor:
    """What a report says of the customer's mail; why a person has to look, where it speaks of another one."""
    ours, reports = arrived.match.mail, arrived.mail.bounced if arrived.mail else ()
    own_domain = policy.company.sender.rpartition("@")[2]
    if ours is None or ours.staff_id is not None:
        if any(report.permanent for report in reports):
            notice_came_back(session, arrived.match.follow_ups, now)
        return ParkedFor.NOTICE_BOUNCED
    told = about_customer(ours, reports, own_domain)
    if not told:
        return ParkedFor.COPY_BOUNCED
    return Returned(ours, arrived.match.follow_ups, told, arrived.row.id)


def _stop_extras(session: Session, arrived: Arrived, became: Became, now: datetime) -> Became:
    customer = pages.customer(session, arrived.match.customer_id, lock=True)
    if customer.extras_stopped_at is None:
        customer.extras_stopped_at = now
        history.note(session, (Subject.CUSTOMER, customer.id), "extras-stopped", now, ACTOR, cause=became)
    return done(arrived.row, became, now)


def done(row: Inbound, became: Became, now: datetime) -> Became:
    """Nobody has to look at it any more."""
    row.state, row.handled_at, row.handled_by, row.outcome = InboundState.HANDLED, now, ACTOR, became
    return became


def _why_parked(arrived: Arrived) -> ParkedFor:
    match arrived.row.verdict:
        case Verdict.HUMAN:
            return ParkedFor.STRANGER if arrived.match.customer_id is None else ParkedFor.UNCLEAR
        case Verdict.DOUBTFUL:
            return ParkedFor.DOUBTFUL
    return ParkedFor.UNPROVEN
