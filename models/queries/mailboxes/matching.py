"""Whose mail is it? The questions that matching asks."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Text, func, select, union
from sqlalchemy.orm import Session

from models.queries.in_list import among
from models.tables import Customer, FollowUp, Invoice, Message, Order, Staff
from models.words import OF_STAFF, FollowUpState, Subject

_MOST_ALIKE = 20
_MOST_SENT = 1_000
_MOST_KNOWN = 10_000
"""Of a batch of mails; the customers behind one address are many only where an export is broken."""

_ADDRESSES = (Customer.email, Customer.billing_email, Customer.certified_email)


def sent_mails(session: Session, keys: Collection[str]) -> dict[str, Message]:
    """Mails of ours by their keys, to whomever they went."""
    rows = session.scalars(select(Message).where(among(Message.key, keys))) if keys else ()
    return {row.key: row for row in rows}


def open_mails_to(session: Session, addresses: Collection[str], since: datetime) -> dict[str, list[Message]]:
    """By address in small letters: the mails to customers since then that carry a contact nobody has answered."""
    customers = customers_by_addresses(session, addresses)
    ids = {id_ for found in customers.values() for id_ in found}
    rows = session.scalars(
        select(Message)
        .join(FollowUp, FollowUp.message_id == Message.id)
        .where(
            among(Message.customer_id, ids),
            Message.staff_id.is_(None),
            Message.is_trial.is_(False),
            Message.marked_at >= since,
            FollowUp.state.in_((FollowUpState.SENT, FollowUpState.SILENT)),
        )
        .order_by(Message.id)
    )
    found: dict[str, list[Message]] = defaultdict(list)
    for row in {one.id: one for one in rows}.values():
        if row.recipient.lower() in addresses:
            found[row.recipient.lower()].append(row)
    return found


def sent_to(session: Session, addresses: Collection[str]) -> dict[str, list[Message]]:
    """By recipient: what went to customers at these addresses and whose words are kept, the newest first."""
    found: dict[str, list[Message]] = defaultdict(list)
    if addresses:
        rows = session.scalars(
            select(Message)
            .where(among(Message.recipient, addresses), Message.text.is_not(None))
            .order_by(Message.marked_at.desc(), Message.id.desc())
            .limit(_MOST_SENT)
        )
        for row in rows:
            found[row.recipient].append(row)
    return found


def staff_by_addresses(session: Session, addresses: Collection[str]) -> dict[str, Staff]:
    """Who of our own people writes from these addresses, by the address in small letters."""
    small = func.lower(Staff.email, type_=Text)
    rows = session.execute(select(small, Staff).where(among(small, addresses)).order_by(Staff.id.desc()))
    return dict(rows.all())


class NamedNumber(NamedTuple):
    """An order or an invoice that a number names."""

    about: tuple[str, int]
    customer_id: int


def named(session: Session, numbers: Collection[str]) -> dict[str, list[NamedNumber]]:
    """What these numbers name, by the number in small letters: orders first; they are found however they are cased."""
    cased = {form for number in numbers for form in (number, number.upper(), number.lower())}
    found: dict[str, list[NamedNumber]] = defaultdict(list)
    if not cased:
        return found
    for kind, table in ((Subject.ORDER, Order), (Subject.INVOICE, Invoice)):
        rows = session.execute(
            select(table.ref, table.id, table.customer_id).where(among(table.ref, cased)).order_by(table.id)
        )
        for ref, id_, customer_id in rows:
            found[ref.lower()].append(NamedNumber((kind, id_), customer_id))
    return found


def customers_by_addresses(session: Session, addresses: Collection[str]) -> dict[str, list[int]]:
    """By address in small letters: ids of the customers who are written to there, whoever ordered last first."""
    found: dict[str, set[int]] = defaultdict(set)
    for column in _ADDRESSES:  # each by its own index
        small = func.lower(column, type_=Text)
        rows = session.execute(
            select(small, Customer.id).where(among(small, addresses), column.is_not(None)).limit(_MOST_KNOWN)
        )
        for address, id_ in rows:
            found[address].add(id_)
    several = {id_ for ids in found.values() if len(ids) > 1 for id_ in ids}
    newest = _last_orders(session, several) if several else {}
    return {
        address: sorted(ids, key=lambda id_: (-newest.get(id_, 0), id_)) for address, ids in found.items()
    }


def _last_orders(session: Session, customers: Collection[int]) -> dict[int, float]:
    """By customer: when the last order was signed, as a number to compare."""
    rows = session.execute(
        select(Order.customer_id, func.max(Order.signed_at))
        .where(among(Order.customer_id, customers))
        .group_by(Order.customer_id)
    )
    return {customer_id: at.timestamp() for customer_id, at in rows}


def customers_by_address(session: Session, address: str) -> Sequence[int]:
    """Ids of the customers who are written to at an address; of many of them, the first few."""
    wanted = address.lower()
    # each by its own index; with `or`, PostgreSQL would rather go through all customers in their order
    found = union(
        *(
            select(Customer.id).where(func.lower(column) == wanted, column.is_not(None))
            for column in _ADDRESSES
        )
    )
    return session.scalars(found.order_by("id").limit(_MOST_ALIKE)).all()


def waiting_for_answer(session: Session, customers: Collection[int]) -> dict[int, list[FollowUp]]:
    """By customer: the contacts whose answer we wait for, the newest mail of each thread."""
    rows = session.scalars(
        select(FollowUp)
        .where(
            among(FollowUp.customer_id, customers),
            FollowUp.state == FollowUpState.SENT,
            FollowUp.answer_by.is_not(None),
            FollowUp.subject_type.not_in(OF_STAFF),
        )
        .order_by(FollowUp.nudge)
    )
    newest = {(row.customer_id, row.subject_type, row.subject_id, row.kind, row.step): row for row in rows}
    found: dict[int, list[FollowUp]] = defaultdict(list)
    for row in newest.values():
        if row.customer_id is not None:
            found[row.customer_id].append(row)
    return found
