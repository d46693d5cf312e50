"""Addresses that nothing is sent to: suppressed by an answer of a mail server, or by a person, who also lifts it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from models.queries import history, people
from models.queries.sending import suppressions
from models.tables import Customer, Staff, Suppression
from models.words import Subject
from tasks.commitments.own_sales import check_own_sale
from tasks.mails.mime import as_kept
from tasks.services import Services

_FEWEST = 3


def suppress(session: Session, customer: Customer, address: str, why: str, now: datetime, by: str) -> None:
    """Send nothing to this address of a customer any more."""
    suppressions.suppress(session, as_kept(address), why, customer_id=customer.id, at=now, by=by)
    history.note(session, (Subject.CUSTOMER, customer.id), "address-suppressed", now, by, cause=why)


def suppress_by_hand(services: Services, customer_ref: str, which: str, reason: str, by: str) -> str:
    """Suppress the `main` or the `billing` address of a customer; returns a sentence without it.

    Raises:
        ValueError: no such customer, address or colleague, or no reason.
        ActError: whoever sold to the customer would do it, and somebody else works here.
    """
    with services.db.write() as session:
        customer, address = _address_of(session, customer_ref, which)
        who = _colleague(session, by)
        check_own_sale(session, who, customer.id, "suppressing an address of an own customer")
        suppress(session, customer, address, _reason(reason), services.clock.now(), who.ref)
    return f"nothing is sent to the {which} address of {customer_ref} any more"


def lift_by_hand(services: Services, customer_ref: str, which: str, reason: str, by: str) -> str:
    """Send to the `main` or the `billing` address of a customer again; returns a sentence without it.

    Raises:
        ValueError: as above, or it is not suppressed.
    """
    with services.db.write() as session:
        customer, address = _address_of(session, customer_ref, which)
        who, words = _colleague(session, by).ref, _reason(reason)
        if not suppressions.lift(session, [as_kept(address)]):
            raise ValueError(f"the {which} address of {customer_ref} is not suppressed; nothing was done")
        now = services.clock.now()
        history.note(session, (Subject.CUSTOMER, customer.id), "suppression-lifted", now, who, cause=words)
    return f"mails go to the {which} address of {customer_ref} again"


def standing(services: Services) -> Sequence[tuple[Suppression, str]]:
    """All suppressions with the reference of their customer, the newest first."""
    with services.db.read() as session:
        found = suppressions.standing(session)
        refs = suppressions.refs(session, [one.customer_id for one in found if one.customer_id is not None])
    return [(one, refs.get(one.customer_id or 0, "")) for one in found]


def _address_of(session: Session, ref: str, which: str) -> tuple[Customer, str]:
    customer = suppressions.customer(session, ref.strip())
    if customer is None:
        raise ValueError(f"no customer has the reference {ref}; nothing was done")
    addresses = {
        "main": customer.email,
        "billing": customer.billing_email,
        "certified": customer.certified_email,
    }
    if which not in addresses:
        raise ValueError(f"{which!r} is no address of a customer; write {', '.join(addresses)}")
    address = addresses[which]
    if address is None:
        raise ValueError(f"{ref} has no {which} address; nothing was done")
    return customer, address


def _colleague(session: Session, ref: str) -> Staff:
    person = people.staff_by_ref(session, ref.strip())
    if person is None:
        raise ValueError(f"nobody here has the reference {ref}; nothing was done")
    return person


def _reason(words: str) -> str:
    if len(words.strip()) < _FEWEST:
        raise ValueError("say why; without a reason nothing is done")
    return words.strip()
