"""The formal warning before a manager signs it: the letter as it will go, and the signature under that very letter."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from models.errors import RefusedError
from models.policy import Policy
from models.queries import facts, history, people
from models.queries.credit_recovery import invoices as recovery
from models.tables import Customer, FollowUp, Invoice, Staff
from models.words import CommitmentKind, Subject
from tasks.commitments.close import fulfil, promise
from tasks.credit_recovery.ask_manager import check_may_decide, decision_of
from tasks.mails.composer import Composer
from tasks.mails.letter import Letter
from tasks.mails.letter_facts import Desk, Group, address, called_at, write_letter
from tasks.mails.suppressed import suppressed_among


class LetterChangedError(RefusedError):
    """The letter is another one than the manager read: an invoice was paid, or came on top. Nothing was signed."""


@dataclass(frozen=True)
class Unsigned:
    """A letter that waits for a signature."""

    customer: Customer
    recipient: str | None
    """The billing contact; nobody else is told of a default."""
    language: str
    subject: str
    paragraphs: Sequence[tuple[str, str]]
    invoices: Sequence[Invoice]
    called_at: datetime | None
    digest: str
    """Names this very letter: signing says which one was read."""


@dataclass(frozen=True)
class Signed:
    """A letter under which a signature stands."""

    customer: Customer
    language: str
    at: datetime
    """When it was sent; now where it still waits."""
    subject: str
    paragraphs: Sequence[tuple[str, str]]


def warning(
    session: Session, policy: Policy, composer: Composer, customer_id: int, reader: Staff, now: datetime
) -> Unsigned | None:
    """The letter that `reader` may sign for a customer; None when no invoice waits for a signature."""
    invoices = recovery.asked(session, customer_id, CommitmentKind.SIGNATURE)
    waiting = _waiting(session, invoices)
    if not waiting:
        return None
    customer = session.get_one(Customer, customer_id)
    by_id = {one.id: one for one in invoices}
    kept = [by_id[row.subject_id] for row in waiting]
    group = _group(session, policy, customer, waiting, kept)
    suppressed = suppressed_among(session, [customer])
    recipient = address(group.cadence.audience, customer, None, suppressed)
    written, desk = _written(session, policy, composer, group, recipient, now)
    letter = written._replace(signer=desk.contact(reader.id))
    subject, paragraphs = composer.written(letter)
    return Unsigned(
        customer,
        recipient,
        customer.language,
        subject,
        paragraphs,
        kept,
        group.called_at,
        _digest(kept, recipient),
    )


def sign(
    session: Session,
    policy: Policy,
    composer: Composer,
    customer_id: int,
    reader: Staff,
    *,
    digest: str | None,
    now: datetime,
    via: str,
    words: str = "",
) -> list[str]:
    """Put a manager's name under the letter; the next sweep sends it. Returns the references of its invoices.

    Args:
        session: an open transaction.
        policy: its letter.
        composer: writes it.
        customer_id: whose.
        reader: who signs.
        digest: of the letter that was read; None when it was not shown (by form or command: all that waits).
        now: aware.
        via: `link`, `command` or `form`; stands in the history.
        words: what the manager wants to keep about it; stands there too.

    Raises:
        MayNotDecideError: it is no manager.
        LetterChangedError: it is not the letter that was read.
        ValueError: nothing waits for a signature.
    """
    check_may_decide(reader, reader.ref)
    letter = warning(session, policy, composer, customer_id, reader, now)
    if letter is None:
        raise ValueError("no warning waits for a signature; nothing was done")
    if digest is not None and digest != letter.digest:
        raise LetterChangedError(
            "the letter has changed since it was read; read it again. Nothing was signed"
        )
    refs = [one.ref for one in letter.invoices]
    for invoice in letter.invoices:
        invoice.signed_at, invoice.signed_by, invoice.to_plan = now, reader.ref, True
        about = (Subject.INVOICE, invoice.id)
        history.note(
            session, about, "warning-signed", now, reader.ref, cause=via, letter=letter.digest, said=words
        )
    recovery.ask_again(
        session, customer_id, CommitmentKind.SIGNATURE, now
    )  # about what was disputed meanwhile
    if (owed := decision_of(session, customer_id, CommitmentKind.SIGNATURE)) is not None:
        fulfil(session, owed, "signed", ", ".join(refs), now=now, actor=reader.ref)
    if letter.customer.country in policy.credit.by_post:
        about = (Subject.CUSTOMER, customer_id)
        promise(session, policy, customer_id, CommitmentKind.POST, about, now=now, actor=reader.ref)
    return refs


def signed(
    session: Session, policy: Policy, composer: Composer, customer_id: int, now: datetime
) -> Signed | None:
    """The letter that stands signed for a customer, to be printed: as it was sent, or as it would go now.

    None when nothing that is still open was signed.
    """
    by_id = {one.id: one for one in recovery.signed(session, customer_id)}
    rows, at = _latest(recovery.contacts(session, list(by_id), facts.WARNING), now)
    if not rows:
        return None
    customer = session.get_one(Customer, customer_id)
    group = _group(session, policy, customer, rows, [by_id[row.subject_id] for row in rows])
    recipient = address(group.cadence.audience, customer, None, suppressed_among(session, [customer]))
    letter, _ = _written(session, policy, composer, group, recipient, at)
    subject, paragraphs = composer.written(letter)
    return Signed(customer, letter.language, at, subject, paragraphs)


def _latest(rows: Sequence[FollowUp], now: datetime) -> tuple[list[FollowUp], datetime]:
    """The contacts of the letter that went out last, and when; where none did, those that wait, and now."""
    sent = max((row.sent_at for row in rows if row.sent_at is not None), default=None)
    return [row for row in rows if row.sent_at == sent], sent or now


def _written(
    session: Session, policy: Policy, composer: Composer, group: Group, recipient: str | None, now: datetime
) -> tuple[Letter, Desk]:
    desk = Desk(people.staff(session), people.people(session), now.date(), policy.company)
    if recipient is None:  # it will not go out by mail; it can be read and printed all the same
        group = replace(group, customer=_with_address(group.customer))
    return write_letter(group, f"f{group.lead.id}-1", desk, policy, composer.message_id, now), desk


def _waiting(session: Session, invoices: Sequence[Invoice]) -> Sequence[FollowUp]:
    return recovery.unsent(session, [one.id for one in invoices], facts.WARNING) if invoices else ()


def _group(
    session: Session,
    policy: Policy,
    customer: Customer,
    waiting: Sequence[FollowUp],
    invoices: Sequence[Invoice],
) -> Group:
    ids = [one.id for one in invoices]
    return Group(
        follow_ups=waiting,
        customer=customer,
        cadence=policy.cadences[facts.WARNING],
        order=None,
        invoices=invoices,
        dossier=None,
        reminds_of=None,
        called_at=called_at(ids, facts.called(session, ids)),
    )


def _with_address(customer: Customer) -> Customer:
    """A stand-in outside the database, so that a letter without an address can be shown."""
    return Customer(
        id=customer.id,
        ref=customer.ref,
        name=customer.name,
        email="-",
        billing_email=None,
        language=customer.language,
        is_business=customer.is_business,
        no_extras=customer.no_extras,
        country=customer.country,
        timezone=customer.timezone,
    )


def _digest(invoices: Sequence[Invoice], recipient: str | None) -> str:
    """What makes it another letter: who gets it, and about which invoices of which amounts."""
    content = repr((recipient, [(one.ref, one.asked_cents, one.currency, one.due_on) for one in invoices]))
    return hashlib.sha256(content.encode()).hexdigest()[:16]
