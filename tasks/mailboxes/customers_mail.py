"""A person wrote: what is said is heard, the nudges stop, and somebody owes a reply, unless it is trouble or thanks."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.credit_recovery import invoices
from models.queries.responses import responses
from models.rules.cases.case_reasons import case_reason
from models.rules.inbound.trouble import is_thanks, trouble
from models.rules.inbound.trouble_words import Urgency
from models.rules.mailboxes.forwarded import PassedOn, passed_on
from models.rules.mailboxes.parked import says
from models.rules.responses.rating_in_words import rating_in
from models.tables import FollowUp, Inbound
from models.words import InboundState, Meaning, Subject
from tasks.commitments.call_times import call_time
from tasks.commitments.make import About, owners_of_all
from tasks.mailboxes.acknowledge import acknowledge
from tasks.mailboxes.arrived import Arrived, done
from tasks.mailboxes.matching import MailMatch
from tasks.mailboxes.tally import Became
from tasks.responses.record import Answer, Asks, hear

CHANNEL = "mail"
HEARD = (Became.REPLY, Became.URGENT, Became.THANKS)
"""What becomes of a customer's words."""


def reply(session: Session, policy: Policy, arrived: Sequence[Arrived], now: datetime) -> dict[int, Became]:
    """Hear mails of different customers; returns what became of each, by inbound id."""
    heard = [_heard(session, policy, one) for one in arrived]
    matters = [(answer.customer_id, _about(answer)) for answer, _ in heard]
    owners = owners_of_all(session, matters, now) if matters else []
    for one, (answer, became), found in zip(arrived, heard, owners, strict=True):
        if answer.asks is Asks.OWNER:
            one.row.state, one.row.owner_id = InboundState.OWNED, found.owner_id
        else:
            done(one.row, became, now)
    session.flush()
    hear(session, policy, [answer for answer, _ in heard], now)
    told = [
        one
        for one, (answer, became) in zip(arrived, heard, strict=True)
        if became is Became.URGENT or _names_an_hour(session, policy, answer, now)
    ]
    acknowledge(session, policy, told, now)
    return {one.row.id: became for one, (_, became) in zip(arrived, heard, strict=True)}


def _names_an_hour(session: Session, policy: Policy, answer: Answer, now: datetime) -> bool:
    """Whether a call is wanted at an hour: who makes it, and when, is told like the answer to a complaint (B35)."""
    if answer.asks is not Asks.OWNER:
        return False
    found = call_time(session, policy, answer.customer_id, answer.text, now=now, wants_call=False)
    return found is not None


def words_of(row: Inbound, *, is_proven: bool) -> str:
    """What a mail says: with its subject, where that is the sender's own and says more than the words do."""
    said = row.words if is_proven else says(row.subject, row.words)
    adds = said != row.words and (not row.words.strip() or trouble(row.subject) - trouble(row.words))
    return said if adds else row.words


def _heard(session: Session, policy: Policy, arrived: Arrived) -> tuple[Answer, Became]:
    row, match = arrived.row, arrived.match
    assert match.customer_id is not None  # noqa: S101 (a known match has one)
    theirs = None if arrived.said else _passed_on(policy, row)
    words = arrived.said.words if arrived.said else words_of(row, is_proven=match.is_proven)
    if theirs is not None:
        words = theirs.own
    found = trouble(words, policy.trouble)
    about = _matter(session, match, found)
    asked = _asked(match, about)
    rating = _rating(policy, asked, words) if theirs is None else None
    if rating is not None:
        asks, meaning, became = Asks.BY_MEANING, Meaning.RATING, _rated(rating)
    else:
        asks, meaning, became = _asks(policy, words, found)
    if theirs is not None and became is Became.THANKS and trouble(theirs.theirs, policy.trouble):
        asks, meaning, became = Asks.OWNER, Meaning.MESSAGE, Became.REPLY
    answer = Answer(
        ref=f"mail:{row.identity}",
        customer_id=match.customer_id,
        meaning=meaning,
        channel=CHANNEL,
        received_at=row.received_at,
        rating=rating,
        text=(words or None) if rating is None else None,
        asks=asks,
        inbound_id=row.id,
        order_id=about[1] if about[0] == Subject.ORDER else _named(match, Subject.ORDER),
        invoice_id=about[1] if about[0] == Subject.INVOICE else None,
        follow_up_id=asked.id if asked is not None else None,
    )
    # One letter may carry several contacts, and whoever wrote of something else was heard for them too.
    others = [one for one in (*match.follow_ups, *match.beside) if one is not asked]
    responses.answer_threads(session, [(one, row.received_at) for one in others])
    return answer, became


def _passed_on(policy: Policy, row: Inbound) -> PassedOn | None:
    """Somebody else's words that the customer passes on: no statement of the customer, though a person reads them."""
    own_domain = policy.company.sender.rpartition("@")[2]
    return passed_on(row.words, row.quoted, {row.sender.lower()}, own_domain)


def _rating(policy: Policy, asked: FollowUp | None, words: str) -> int | None:
    """The score in words that answer a question from 1 to 5."""
    cadence = policy.cadences.get(asked.kind) if asked is not None else None
    if cadence is None or Meaning.RATING not in cadence.answers:
        return None
    return rating_in(words)


def _rated(score: int) -> Became:
    return Became.URGENT if case_reason(Meaning.RATING, score) is not None else Became.THANKS


def _matter(session: Session, match: MailMatch, found: Collection[Urgency]) -> About:
    """What it is about: an invoice where one is contested, an order where one is taken back, as far as it is named."""
    if Urgency.DISPUTE in found:
        invoice = _named(match, Subject.INVOICE) or _only_invoice(session, match.customer_id or 0)
        return (Subject.INVOICE, invoice) if invoice is not None else match.about
    if Urgency.WITHDRAWAL in found and (order := _named(match, Subject.ORDER)) is not None:
        return Subject.ORDER, order
    return match.about


def _named(match: MailMatch, kind: Subject) -> int | None:
    """The first of a kind that the words name, or that the mail answers."""
    answered = ((one.subject_type, one.subject_id) for one in match.follow_ups)
    return next((id_ for named, id_ in (*match.named, *answered) if named == kind), None)


def _asked(match: MailMatch, about: About) -> FollowUp | None:
    """The contact that is answered: none, where the words are about something else."""
    return next((one for one in match.follow_ups if (one.subject_type, one.subject_id) == about), None)


def _only_invoice(session: Session, customer_id: int) -> int | None:
    """What a dispute is about that names no invoice: the one that is open."""
    found = invoices.unpaid(session, customer_id, ())
    return found[0].id if len(found) == 1 else None


def _asks(policy: Policy, words: str, found: frozenset[Urgency]) -> tuple[Asks, Meaning, Became]:
    if Urgency.DISPUTE in found:
        return Asks.BY_MEANING, Meaning.DISPUTE, Became.URGENT
    if found:
        return Asks.MANAGER, Meaning.MESSAGE, Became.URGENT
    if is_thanks(words, policy.trouble):
        return Asks.NOBODY, Meaning.FINE, Became.THANKS
    return Asks.OWNER, Meaning.MESSAGE, Became.REPLY


def _about(answer: Answer) -> About:
    if answer.invoice_id is not None:
        return Subject.INVOICE, answer.invoice_id
    if answer.order_id is not None:
        return Subject.ORDER, answer.order_id
    return Subject.CUSTOMER, answer.customer_id
