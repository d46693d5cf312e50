"""Whose mail is it? The questions that matching asks."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import Text, func, select, union
from sqlalchemy.orm import Session

from models.queries.in_list import among
from models.tables import Customer, FollowUp, Message, Staff
from models.words import OF_STAFF, FollowUpState

_MOST_ALIKE = 20


def sent_mails(session: Session, keys: Collection[str]) -> dict[str, Message]:
    """Mails of ours by their keys, to whomever they went."""
    rows = session.scalars(select(Message).where(among(Message.key, keys))) if keys else ()
    return {row.key: row for row in rows}


def staff_by_addresses(session: Session, addresses: Collection[str]) -> dict[str, Staff]:
    """Who of our own people writes from these addresses, by the address in small letters."""
    small = func.lower(Staff.email, type_=Text)
    rows = session.execute(select(small, Staff).where(among(small, addresses)).order_by(Staff.id.desc()))
    return dict(rows.all())


def only_customers(session: Session, addresses: Collection[str]) -> dict[str, int]:
    """Who is written to at these addresses in small letters, and nobody else: ids of customers by address."""
    found: dict[str, set[int]] = defaultdict(set)
    for column in (Customer.email, Customer.billing_email):  # each by its own index
        small = func.lower(column, type_=Text)
        rows = session.execute(
            select(small, func.min(Customer.id), func.max(Customer.id))
            .where(among(small, addresses), column.is_not(None))
            .group_by(small)
        )
        for address, first, last in rows:
            found[address] |= {first, last}
    return {address: min(ids) for address, ids in found.items() if len(ids) == 1}


def customers_by_address(session: Session, address: str) -> Sequence[int]:
    """Ids of the customers who are written to at an address; of many of them, the first few."""
    wanted = address.lower()
    written_to = (Customer.email, Customer.billing_email)
    # each by its own index; with `or`, PostgreSQL would rather go through all customers in their order
    found = union(
        *(
            select(Customer.id).where(func.lower(column) == wanted, column.is_not(None))
            for column in written_to
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
