"""Answering through a link: what the mail asked, what was said before, and recording what is said now."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import facts, people
from models.queries.commitments import commitments
from models.queries.responses import pages, responses
from models.rules.escalation import ownership
from models.rules.responses.answers import answers_to
from models.tables import Customer, FollowUp, Invoice, Message, Order, Response
from models.words import Meaning, Subject
from tasks.mails.letter import Contact
from tasks.mails.letter_facts import Desk
from tasks.mails.suppressed import suppressed_among
from tasks.responses import extras
from tasks.responses.record import Answer, hear

MOST_CHARACTERS = 4_000
"""How long an answer may be."""

MOST_ANSWERS = 20
"""How often one mail can be answered; who has more to say is asked to call."""

_FALLBACK = (Meaning.CALL_ME, Meaning.MESSAGE)


@dataclass(frozen=True)
class Question:
    """A mail that was sent, what it was about, and what has been answered to it."""

    message: Message
    customer: Customer
    asked: FollowUp | None
    """The follow-up that names the mail; None when it is gone."""
    order: Order | None
    invoices: Sequence[Invoice]
    offered: tuple[str, ...]
    heard: Sequence[Response]
    owner: Contact | None
    manager: Contact | None
    """Who hears of trouble: whoever has the customer's open case, else the manager of the day."""
    suppressed: Collection[str] = frozenset()
    """The addresses of the customer that nothing is sent to."""


@dataclass(frozen=True)
class LinkAnswer:
    """What somebody filled in. Nothing but words counts as a message."""

    rating: int | None = None
    meaning: str | None = None
    text: str | None = None
    pays_on: date | None = None
    """The day that is named for the payment."""
    call_at: datetime | None = None
    """From when on a call is wanted, where that was chosen."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was filled in."""
        return self.rating is None and self.meaning is None and not self.text


def question(
    session: Session, policy: Policy, key: str, now: datetime, *, lock: bool = False
) -> Question | None:
    """The mail behind a link; None when there is no such mail. `lock` keeps others waiting."""
    message = pages.message(session, key, lock=lock)
    if message is None:
        return None
    asked = pages.asked(session, message)
    customer = pages.customer(session, message.customer_id)
    cadence = policy.cadences.get(message.kind)
    order, invoices = _about(session, asked)
    owner, manager = _people(session, policy, message, order, now)
    return Question(
        message,
        customer,
        asked[0] if asked else None,
        order,
        invoices,
        answers_to(cadence, asked[0].step if asked else "") if cadence and cadence.answers else _FALLBACK,
        responses.of_message(session, key),
        owner,
        manager,
        suppressed_among(session, [customer]),
    )


def answer(session: Session, policy: Policy, asked: Question, said: LinkAnswer, now: datetime) -> int:
    """Record what is said; returns how many things were new.

    A meaning counts once per mail. What differs from it when it is said again (other words, another rating)
    is kept as a message of its own, so that nothing is lost.
    """
    known = {row.ref: row for row in asked.heard}
    if len(known) >= MOST_ANSWERS:
        return 0
    new = [one for one in _sorted_out(asked.message.key, said, known) if one[0] not in known]
    return hear(session, policy, [_answer(asked, ref, one, now) for ref, one in new], now)


def stop_extras(session: Session, key: str, now: datetime) -> tuple[Message, Customer] | None:
    """Stop the courtesy mails of the customer who got this mail, once; None when there is no such mail."""
    message = pages.message(session, key)
    if message is None:
        return None
    customer = pages.customer(session, message.customer_id)
    extras.stop_extras(session, customer, message.key, now, "customer")
    return message, customer


def _about(session: Session, asked: Sequence[FollowUp]) -> tuple[Order | None, list[Invoice]]:
    orders = facts.orders(session, {row.subject_id for row in asked if row.subject_type == Subject.ORDER})
    ids = [row.subject_id for row in asked if row.subject_type == Subject.INVOICE]
    invoices = facts.invoices(session, ids)
    order = next(iter(orders.values()), None)
    if asked and asked[0].subject_type == Subject.CLOSED_CASE:
        about = (Subject.CLOSED_CASE, asked[0].subject_id)
        order = commitments.order_about(session, asked[0].customer_id or 0, about)
    return order, [invoices[id_] for id_ in ids]


def _people(
    session: Session, policy: Policy, message: Message, order: Order | None, now: datetime
) -> tuple[Contact | None, Contact | None]:
    desk = Desk(people.staff(session), people.people(session), now.date(), policy.company)
    named = (order.owner_id, order.deputy_id) if order else (None, None)
    number = order.id if order else message.customer_id or 0
    owner, _ = ownership.named_to_customer(desk.people, named, message.language, number, desk.day)
    case = pages.open_case(session, message.customer_id)
    knows = desk.contact(case.taken_by_id or case.manager_id) if case else None
    return desk.contact(owner), knows or desk.manager(message.language)


def _sorted_out(key: str, said: LinkAnswer, known: dict[str, Response]) -> list[tuple[str, LinkAnswer]]:
    """What is said, one meaning each with its reference; the words go with the first of them."""
    parts: list[LinkAnswer] = []
    if said.meaning is not None:
        parts.append(LinkAnswer(None, said.meaning, said.text, said.pays_on, said.call_at))
    if said.rating is not None:
        parts.append(
            LinkAnswer(said.rating, Meaning.RATING, None if parts else said.text, call_at=said.call_at)
        )
    if not parts and said.text:
        parts.append(LinkAnswer(None, Meaning.MESSAGE, said.text, call_at=said.call_at))
    return [_once(key, part, known.get(f"{key}:{part.meaning}")) for part in parts]


def _once(key: str, part: LinkAnswer, before: Response | None) -> tuple[str, LinkAnswer]:
    ref = f"{key}:{part.meaning}"
    if before is None:
        return ref, part
    text = part.text if part.text != before.text else None
    rating = part.rating if part.rating != before.rating else None
    if part.pays_on != before.pays_on:  # another day is another promise
        return f"{ref}:{part.pays_on}", part
    if text is None and rating is None and part.call_at is None:
        return ref, part
    meaning = part.meaning if part.call_at is not None else Meaning.MESSAGE  # another hour is another wish
    hour = f":{part.call_at:%Y%m%d%H%M}" if part.call_at is not None else ""
    digest = hashlib.sha256(f"{rating}:{text}{hour}".encode()).hexdigest()[:16]
    return f"{key}:{Meaning.MESSAGE}:{digest}", LinkAnswer(rating, meaning, text, call_at=part.call_at)


def _answer(asked: Question, ref: str, said: LinkAnswer, now: datetime) -> Answer:
    subject = (asked.asked.subject_type, asked.asked.subject_id) if asked.asked else (Subject.CUSTOMER, 0)
    return Answer(
        ref=ref,
        customer_id=asked.customer.id,
        meaning=said.meaning or Meaning.MESSAGE,
        channel="page",
        received_at=now,
        order_id=subject[1] if subject[0] == Subject.ORDER else None,
        invoice_id=subject[1] if subject[0] == Subject.INVOICE else None,
        follow_up_id=asked.asked.id if asked.asked else None,
        rating=said.rating,
        text=said.text,
        pays_on=said.pays_on,
        call_at=said.call_at,
        message_key=asked.message.key,
    )
