"""The form to answer a customer by mail: whom it goes to, ready texts to begin with, and what was written before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from deployments.web.context import Web
from deployments.web.said import PageReply
from deployments.web.wording import words
from models.queries import people
from models.queries.cases import replies
from models.queries.cases.replies import ReplyState
from models.queries.commitments import commitments
from models.queries.desk import of_customer
from models.queries.mailboxes import inbound
from models.queries.responses import responses
from models.rules.cases.acting import ActError
from models.tables import Commitment, Customer, Inbound, Order, Staff
from models.words import FollowUpState, Subject
from tasks.cases.replies import To, problem, write
from tasks.inbound.message import Unreadable
from tasks.inbound.reading import read
from tasks.mails.formats import clean, language_name, short_moment
from tasks.mails.shelf import laid
from tasks.mails.texts import spoken
from tasks.mails.views import due

ANSWER = "answer"
"""The `do` of the form."""


@dataclass(frozen=True)
class ReplyForm:
    """What the form shows, in the reader's language."""

    to: str
    problem: str
    """Why nothing can be written there: a key of `pages`; empty when it can."""
    subject: str
    text: str
    press: str
    blocks: Sequence[tuple[str, str]]
    """Names and titles."""
    written: Sequence[str]
    """What was written before, and what became of it."""
    held: str


def to_commitment(web: Web, session: Session, owed: Commitment) -> To | None:
    """Whom an answer to something owed goes to; None where there is nobody."""
    customer = session.get(Customer, owed.customer_id) if owed.customer_id is not None else None
    mails = [one for one in inbound.asking(session, owed) if one.sender]
    to = To(customer, mails[-1] if mails else None, owed.id)
    if not mails and customer is not None:
        keys = [row.message_key for row in responses.of_commitment(session, owed) if row.message_key]
        to = replace(to, asked=web.composer.message_id(keys[-1]) if keys else None)
    return None if customer is None and not mails else _with_thread(web, to)


def to_mail(web: Web, session: Session, mail: Inbound) -> To:
    """Whom an answer to a mail goes to."""
    customer = session.get(Customer, mail.customer_id) if mail.customer_id is not None else None
    return _with_thread(web, To(customer, mail))


def to_customer(web: Web, session: Session, customer: Customer) -> To:
    """Whom a mail to a customer goes to: it answers the newest one that came."""
    mail = inbound.newest_of(session, customer.id)
    return _with_thread(web, To(customer, mail if mail is not None and mail.sender else None))


def form_for(
    web: Web, session: Session, to: To, reader: Staff, said: PageReply, block: str, press: str
) -> ReplyForm:
    """The form; `block` is the ready text to begin with."""
    language, customer = web.language(reader.language), to.customer
    about = _order(session, to)
    theirs = spoken(web.policy, customer.language if customer is not None else reader.language)
    blocks = laid().blocks.get(theirs, {})
    begun = blocks[block].text if block in blocks else ""
    names = {
        "name": clean(customer.name) if customer is not None else "",
        "order": about.ref if about is not None else "",
        "author": clean(reader.name),
    }
    wrong = problem(session, to)
    address = clean(to.recipient or "")
    subject = to.subject or (
        words(theirs, "answer.order", ref=about.ref) if about is not None else clean(web.policy.company.name)
    )
    return ReplyForm(
        words(language, "reply.to", address=address, spoken=language_name(language, customer.language))
        if customer is not None
        else words(language, "reply.to-stranger", address=address),
        wrong or "",
        said.value(ANSWER, "subject") or subject,
        said.value(ANSWER, "text") or begun.format(**names),
        said.value(ANSWER, "press") or press,
        [(name, one.title) for name, one in blocks.items()],
        [_told(web, session, language, one) for one in _before(session, to)],
        _held(web, session, customer, language),
    )


def answered(
    web: Web, session: Session, to: To | None, reader: Staff, form: Mapping[str, str], now: datetime
) -> PageReply:
    """What pressing the button brought."""
    if to is None:
        return PageReply(fault="unknown", filled=form)
    try:
        with session.begin_nested():
            write(
                session,
                web.policy,
                to,
                form.get("subject", ""),
                form.get("text", ""),
                press=form.get("press", "") or f"{reader.ref}-{now.isoformat()}",
                now=now,
                by=reader,
            )
    except ActError as error:
        return PageReply(do=ANSWER, fault=error.code, filled=form)
    return PageReply(thanks="thanks-answer")


def _with_thread(web: Web, to: To) -> To:
    """With the Message-IDs of the thread, as the mail that is answered names them."""
    if to.mail is None or web.originals is None or (raw := web.originals.read(to.mail.digest)) is None:
        return to
    try:
        return replace(to, thread=read(raw).references)
    except Unreadable:
        return to


def _order(session: Session, to: To) -> Order | None:
    if to.customer is None:
        return None
    owed = commitments.get(session, to.commitment_id) if to.commitment_id is not None else None
    about = (owed.subject_type, owed.subject_id) if owed is not None else (Subject.CUSTOMER, to.customer.id)
    return commitments.order_about(session, to.customer.id, about)


def _before(session: Session, to: To) -> Sequence[ReplyState]:
    if to.commitment_id is not None:
        return replies.about(session, commitment_id=to.commitment_id)
    return replies.about(session, inbound_id=to.mail.id) if to.mail is not None else []


def _told(web: Web, session: Session, language: str, one: ReplyState) -> str:
    author = people.staff(session)[one.reply.staff_id]
    at = short_moment(language, one.reply.written_at, web.policy.company.timezone)
    key = "on-its-way" if one.is_on_its_way else "gone"
    key = {FollowUpState.TRIAL: "trial", FollowUpState.FAILED: "failed", FollowUpState.BOUNCED: "failed"}.get(
        FollowUpState(one.state), key
    )
    return words(language, f"reply.{key}", name=clean(author.name), at=at)


def _held(web: Web, session: Session, customer: Customer | None, language: str) -> str:
    standing = of_customer.holds_of(session, customer.id, web.clock.now()) if customer is not None else []
    whole = [one.until for one in standing if one.subject_type == Subject.CUSTOMER]
    if not whole:
        return ""
    return words(language, "reply.held", at=due(language, max(whole), web.policy.company.timezone))
