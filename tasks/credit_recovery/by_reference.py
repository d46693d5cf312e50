"""The same decisions by command and by form: found by references, written with a name."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from models.errors import RefusedError
from models.queries import people
from models.queries.credit_recovery import invoices
from models.rules.calendar.reach import instant
from models.tables import Invoice
from models.words import CommitmentKind
from tasks.credit_recovery import decisions, warning
from tasks.credit_recovery.ask_manager import check_may_decide
from tasks.credit_recovery.document import document
from tasks.credit_recovery.printed_letter import printed
from tasks.services import Services


class NotFoundError(RefusedError):
    """A reference that nothing has. The message names it."""


def sign(services: Services, customer: str, by: str, via: str, words: str = "") -> list[str]:
    """Sign the warning that waits for a customer; returns the references of its invoices.

    Raises:
        ValueError: no such customer or manager, or nothing waits; nothing was done then.
    """
    with services.db.write() as session:
        customer_id = _customer(session, customer)
        reader = check_may_decide(people.staff_by_ref(session, by), by)
        return warning.sign(
            session,
            services.policy,
            services.composer,
            customer_id,
            reader,
            digest=None,
            now=services.clock.now(),
            via=via,
            words=words,
        )


def letter(services: Services, customer: str, by: str) -> str:
    """The warning that waits for a signature, as text; it changes nothing.

    Raises:
        ValueError: no such customer or manager, or nothing waits.
    """
    with services.db.read() as session:
        customer_id = _customer(session, customer)
        reader = check_may_decide(people.staff_by_ref(session, by), by)
        found = warning.warning(
            session, services.policy, services.composer, customer_id, reader, services.clock.now()
        )
    if found is None:
        raise ValueError("no warning waits for a signature")
    lines = [f"- {words}" if tag == "li" else words for tag, words in found.paragraphs]
    return "\n\n".join([f"{found.recipient or '-'}: {found.subject}", *lines])


def letter_to_post(services: Services, customer: str) -> str:
    """The signed warning of a customer as a page to print; it changes nothing.

    Raises:
        ValueError: no such customer, or no signed warning is open.
    """
    with services.db.read() as session:
        customer_id = _customer(session, customer)
        found = printed(session, services.policy, services.composer, customer_id, services.clock.now())
    if found is None:
        raise ValueError("no signed warning is open; sign it first")
    return found


def hand_over(services: Services, customer: str, by: str, reason: str) -> list[str]:
    """Hand over what waits for that decision; returns the references of the invoices.

    Raises:
        ValueError: no such customer or manager, no reason, or nothing waits; nothing was done then.
    """
    with services.db.write() as session:
        customer_id = _customer(session, customer)
        reader = check_may_decide(people.staff_by_ref(session, by), by)
        return decisions.hand_over(session, customer_id, reader, reason, now=services.clock.now())


def take_back(services: Services, invoice: str, by: str, reason: str) -> None:
    """Take an invoice back from credit recovery.

    Raises:
        ValueError: no such invoice or manager, no reason, or it was not handed over; nothing was done then.
    """
    with services.db.write() as session:
        found = _invoice(session, invoice)
        reader = check_may_decide(people.staff_by_ref(session, by), by)
        decisions.take_back(session, found, reader, reason, now=services.clock.now())


def put_off(
    services: Services, customer: str, what: CommitmentKind, by: str, reason: str, until: datetime
) -> None:
    """Put a decision off; `until` is UTC where it says nothing else.

    Raises:
        ValueError: no such customer or manager, no reason, an end that cannot be; nothing was done then.
    """
    with services.db.write() as session:
        customer_id = _customer(session, customer)
        reader = check_may_decide(people.staff_by_ref(session, by), by)
        decisions.put_off(
            session, customer_id, what, reader, reason, instant(until), now=services.clock.now()
        )


def let_on(services: Services, invoice: str, by: str, reason: str, until: datetime) -> None:
    """Let one invoice go on although something else is open at its customer; `until` is UTC where it says nothing else.

    Raises:
        ValueError: no such invoice or manager, no reason, an end that cannot be; nothing was done then.
    """
    with services.db.write() as session:
        found = _invoice(session, invoice)
        reader = check_may_decide(people.staff_by_ref(session, by), by)
        decisions.let_on(session, found, reader, reason, instant(until), now=services.clock.now())


def dossier(
    services: Services, customer: str | None, invoice: str | None, as_of: date | None, language: str | None
) -> str:
    """The dossier of a customer, or of the customer of an invoice (then that invoice alone is reckoned up), as HTML.

    Raises:
        ValueError: neither or both are named, or nothing has the reference.
    """
    if (customer is None) == (invoice is None):
        raise ValueError("name either a customer or an invoice")
    with services.db.read() as session:
        if invoice is not None:
            found = invoices.invoice_by_ref(session, invoice)
            if found is None:
                raise NotFoundError(f"no invoice has the reference {invoice}")
            customer_id, only = found.customer_id, [invoice]
        else:
            customer_id, only = _customer(session, customer or ""), []
        return document(
            session,
            services.policy,
            customer_id,
            language or services.policy.company.language,
            now=services.clock.now(),
            as_of=as_of,
            only=only,
        )


def _customer(session: Session, ref: str) -> int:
    found = invoices.customer_by_ref(session, ref)
    if found is None:
        raise NotFoundError(f"no customer has the reference {ref}; nothing was done")
    return found.id


def _invoice(session: Session, ref: str) -> Invoice:
    found = invoices.invoice_by_ref(session, ref)
    if found is None:
        raise NotFoundError(f"no invoice has the reference {ref}; nothing was done")
    return found
