"""A dossier as the plain facts of a mail or page."""

from collections.abc import Iterator, Mapping
from zoneinfo import ZoneInfo

from models.policy import Policy
from models.queries.cases.dossier import Dossier
from models.rules.cases.case_reasons import LOW_RATING
from models.rules.credit_recovery.pay_day import is_overdue
from models.tables import Commitment, Customer, Staff, Statement
from models.words import CaseReasonKind, CommitmentKind, Side, Subject
from tasks.mails.formats import clean, local_day
from tasks.mails.late_facts import interest_of, reckoned
from tasks.mails.letter import CaseFacts, Interest, InvoiceLine, OwedFacts, Version
from tasks.mails.row_facts import invoice_line, order_facts, quote
from tasks.mails.timeline_words import happened, name_of


def owing_lines(dossier: Dossier, timezone: str) -> tuple[InvoiceLine, ...]:
    """The open invoices of a dossier, with their orders; whether each is overdue on the day it is read."""
    refs, today = {one.id: one.ref for one in dossier.orders}, local_day(dossier.read_at, timezone)
    country = dossier.customer.country
    return tuple(
        invoice_line(
            one,
            "",
            refs.get(one.order_id or 0),
            is_due=is_overdue(country, one.due_on, today),
        )
        for one in sorted(dossier.invoices, key=lambda one: (one.due_on, one.id))
        if not one.paid_at and not one.cancelled_at and one.asked_cents > 0
    )


def case_facts(policy: Policy, dossier: Dossier, language: str, staff: Mapping[int, Staff]) -> CaseFacts:
    """A dossier in the reader's language."""
    timezone = policy.company.timezone
    call = next((one for one in dossier.owed if one.kind == CommitmentKind.LISTENING_CALL), None)
    open_reasons = [reason.reason for reason in dossier.reasons if reason.settled_at is None]
    apart = dossier.told_apart
    return CaseFacts(
        id=dossier.case.id,
        reasons=tuple(dict.fromkeys(open_reasons or [reason.reason for reason in dossier.reasons])),
        opened_at=dossier.case.opened_at,
        customer_name=dossier.customer.name,
        customer_phone=dossier.customer.phone,
        customer_email=dossier.customer.email,
        timeline=tuple(
            (event.at.astimezone(ZoneInfo(timezone)), happened(event, language, staff, apart).sentence)
            for event in dossier.events
        ),
        orders=tuple(order_facts(order) for order in dossier.orders),
        invoices=owing_lines(dossier, timezone),
        words=tuple(quote(one) for one in dossier.answers if one.text or one.rating is not None),
        versions=tuple(
            version(one, dossier.customer, staff)
            for one in dossier.statements
            if one.recorded_by or one in dossier.ours()
        ),
        owed=tuple(owed_facts(one, dossier, staff) for one in dossier.owed),
        held_until=tuple((hold.until, name_of(hold.actor, staff), hold.reason) for hold in dossier.holds),
        reopened=dossier.case.reopens_id is not None,
        interest=interest_of_case(policy, dossier),
        details=tuple(
            (reason.reason, detail)
            for reason, detail in zip(dossier.reasons, details(dossier), strict=True)
            if detail
        ),
        call_by=call.due_at if call else None,
        call_from=call.not_before if call else None,
    )


def details(dossier: Dossier) -> Iterator[str]:
    """For each reason of the case: the rating that opened it, and the order or invoice it is about, if any."""
    refs = {(Subject.ORDER, one.id): one.ref for one in dossier.orders}
    refs |= {(Subject.INVOICE, one.id): one.ref for one in dossier.invoices}
    low = [one for one in dossier.answers if one.rating is not None and one.rating <= LOW_RATING]
    own = {one.id: one for one in low}
    for reason in dossier.reasons:
        ref = refs.get((Subject(reason.subject_type), reason.subject_id), "")
        rated = own.get(reason.response_id or 0) or next(reversed(low), None)
        rating = f"{rated.rating}/5" if rated and reason.reason == CaseReasonKind.LOW_RATING else ""
        yield ", ".join(part for part in (rating, ref) if part)


def version(statement: Statement, customer: Customer, staff: Mapping[int, Staff]) -> Version:
    """Somebody's side of a matter; what a customer said stands under the customer's name, whoever wrote it down."""
    is_customers = statement.side == Side.CUSTOMER
    author = clean(customer.name) if is_customers else name_of(statement.author, staff)
    return Version(statement.side, author, statement.at, statement.text)


def owed_facts(owed: Commitment, dossier: Dossier, staff: Mapping[int, Staff]) -> OwedFacts:
    """What is owed, with its clock when the dossier was read; of a delivery, whether goods or work."""
    owner = staff[owed.owner_id].name if owed.owner_id is not None and owed.owner_id in staff else None
    is_work = {one.id: one.is_service for one in dossier.orders}
    kind = str(owed.kind)
    if owed.kind == CommitmentKind.DELIVERY and owed.subject_id in is_work:
        kind += "-service" if is_work[owed.subject_id] else "-goods"
    return OwedFacts(kind, owner, owed.due_at, dossier.read_at - owed.due_at, owed.not_before)


def interest_of_case(policy: Policy, dossier: Dossier) -> Interest | None:
    """What the open invoices cost by now besides themselves. It grows while reminders rest; None where none is owed."""
    today = local_day(dossier.read_at, policy.company.timezone)
    still = [
        one for one in dossier.invoices if not one.paid_at and not one.cancelled_at and one.asked_cents > 0
    ]
    return interest_of(reckoned(policy, dossier.customer, still, today))
