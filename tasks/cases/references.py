"""What a reference that somebody typed names: an order, an invoice or a customer."""

from sqlalchemy.orm import Session

from models.queries import people
from models.queries.credit_recovery import invoices
from models.queries.mailboxes import matching
from models.rules.cases.acting import ActError
from models.words import Subject

About = tuple[str, int]
"""Subject type and id."""


class UnknownReferenceError(ActError):
    """No order, no invoice and no customer has this reference, or more than one customer answers to it."""


def about_of(session: Session, ref: str, by_id: int | None = None) -> tuple[int, About]:
    """The customer behind a reference, and what it names. An order's comes first, then an invoice's.

    A customer may also be named by the e-mail address. Where several have the same one, the only one counts who is of
    the colleague `by_id`: who sold to, follows or owes something to that customer.

    Raises:
        UnknownReferenceError: see there.
    """
    ref = ref.strip()
    order = people.order_by_ref(session, ref)
    if order is not None:
        return order.customer_id, (Subject.ORDER, order.id)
    invoice = invoices.invoice_by_ref(session, ref)
    if invoice is not None:
        return invoice.customer_id, (Subject.INVOICE, invoice.id)
    customer_id = people.customers_by_ref(session, [ref]).get(ref)
    if customer_id is None and "@" in ref:
        customer_id = _at_address(session, ref, by_id)
    if customer_id is None:
        raise UnknownReferenceError(
            "unknown-about", f"about: no order, no invoice and no customer has the reference {ref!r}"
        )
    return customer_id, (Subject.CUSTOMER, customer_id)


def _at_address(session: Session, address: str, by_id: int | None) -> int | None:
    found = matching.customers_by_address(session, address)
    if len(found) > 1:
        found = [one for one in found if by_id is not None and people.is_theirs(session, one, by_id)]
        if len(found) != 1:
            raise UnknownReferenceError(
                "many-about", "about: several customers have this address; give a reference"
            )
    return found[0] if found else None
