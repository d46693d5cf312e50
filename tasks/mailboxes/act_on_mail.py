"""What a mail that came in changes. Everything here happens in the transaction that records the mail."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.responses import pages
from models.rules.inbound.trouble import trouble
from models.rules.mailboxes.parked import says
from models.words import ParkedFor
from tasks.commitments.looks import has_words_of_trouble
from tasks.inbound.message import Verdict
from tasks.mailboxes.acknowledge import acknowledge
from tasks.mailboxes.arrived import Arrived, done
from tasks.mailboxes.bounces import ACTOR, Returned, about_customer, came_back, notice_came_back
from tasks.mailboxes.certified_receipts import note_receipt
from tasks.mailboxes.colleagues import hear_colleague
from tasks.mailboxes.customers_mail import HEARD, reply
from tasks.mailboxes.forwarding import hear_forwarded
from tasks.mailboxes.parking import park, reject
from tasks.mailboxes.tally import Became
from tasks.responses import extras

_WISHES = {Verdict.COMPLAINT: Became.COMPLAINT, Verdict.UNSUBSCRIBE: Became.UNSUBSCRIBE}
"""Both stop the courtesies. Anybody can write a complaint report: it must name a mail of ours."""


def take_up(session: Session, policy: Policy, arrived: Sequence[Arrived], now: datetime) -> dict[int, Became]:
    """Do what mails of different customers ask for, and write into their rows what became of each; by inbound id."""
    whole = [one for one in arrived if one.is_whole]
    replies = [one for one in whole if _is_reply(policy, one)]
    bounced = [one for one in whole if _is_bounce(one)]
    others = [one for one in whole if not _is_reply(policy, one) and not _is_bounce(one)]
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


def _is_reply(policy: Policy, arrived: Arrived) -> bool:
    """Whether a customer is heard: a person wrote, or somebody may have, and it would be trouble if so.

    What went to many is no word to us, unless it answers a mail of ours.
    """
    row, match = arrived.row, arrived.match
    if match.staff_id is not None or not match.is_known:
        return False
    if row.verdict == Verdict.HUMAN:
        return True
    may_speak = row.verdict == Verdict.DOUBTFUL and (match.is_proven or not arrived.is_bulk)
    return may_speak and bool(trouble(says(row.subject, row.words), policy.trouble))


def _is_bounce(arrived: Arrived) -> bool:
    match = arrived.match
    return arrived.row.verdict == Verdict.BOUNCE and match.staff_id is None and match.mail is not None


def _take_up(session: Session, policy: Policy, arrived: Arrived, now: datetime) -> Became:
    match, verdict = arrived.match, Verdict(arrived.row.verdict)
    if verdict is Verdict.AUTOMATIC:
        note_receipt(session, arrived)
        return done(arrived.row, Became.AUTOMATIC, now)
    if match.staff_id is not None:
        return _from_colleague(session, policy, arrived, now)
    wish = _WISHES.get(verdict)
    if wish is not None and (
        match.is_proven or (wish is Became.UNSUBSCRIBE and match.customer_id is not None)
    ):
        return _stop_extras(session, arrived, wish, now)
    became = park(session, policy, arrived.row, _why_parked(arrived), now, is_bulk=arrived.is_bulk)
    if has_words_of_trouble(policy, arrived.row):
        acknowledge(session, policy, [arrived], now)
    return became


def _from_colleague(session: Session, policy: Policy, arrived: Arrived, now: datetime) -> Became:
    is_human = Verdict(arrived.row.verdict) is Verdict.HUMAN
    became = hear_colleague(session, policy, arrived.row, arrived.match, now) if is_human else None
    if became is not None:
        return done(arrived.row, became, now)
    became = hear_forwarded(session, policy, arrived, now) if is_human else None
    if became is None:
        return park(session, policy, arrived.row, ParkedFor.STAFF, now)
    return became if became in HEARD else done(arrived.row, became, now)


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
    return Returned(ours, arrived.match.follow_ups, told, arrived.row.id, is_proven=arrived.match.is_proven)


def _stop_extras(session: Session, arrived: Arrived, became: Became, now: datetime) -> Became:
    extras.stop_extras(session, pages.customer(session, arrived.match.customer_id), became, now, ACTOR)
    return done(arrived.row, became, now)


def _why_parked(arrived: Arrived) -> ParkedFor:
    match arrived.row.verdict:
        case Verdict.HUMAN:
            return ParkedFor.STRANGER if arrived.match.customer_id is None else ParkedFor.UNCLEAR
        case Verdict.DOUBTFUL:
            return ParkedFor.DOUBTFUL
    return ParkedFor.UNPROVEN
