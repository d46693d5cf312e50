"""From database rows to the plain facts that a mail tells."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from models.policy import Policy
from models.queries.cases.dossier import Dossier
from models.rules.calendar.calendars import Place
from models.rules.credit_recovery.late_costs import reckon
from models.rules.escalation import ownership
from models.rules.escalation.ownership import Person
from models.rules.escalation.silence import answer_by
from models.rules.planning.cadence import Cadence
from models.rules.planning.step_key import StepKey
from models.tables import Commitment, Customer, FollowUp, Invoice, Order, Response, Staff, Statement
from models.words import OF_STAFF, Subject
from tasks.mails.letter import (
    CaseFacts,
    Contact,
    Declared,
    DigestFacts,
    InvoiceLine,
    Letter,
    NoticeFacts,
    OrderFacts,
    OwedFacts,
    Version,
)
from tasks.mails.texts import spoken
from tasks.mails.timeline_words import happened, name_of


@dataclass(frozen=True)
class Desk:
    """Who works here today: names for the mails, and the rules' view of them."""

    staff: Mapping[int, Staff]
    people: Sequence[Person]
    day: date

    def contact(self, staff_id: int | None) -> Contact | None:
        """Name, address and phone of somebody."""
        person = self.staff.get(staff_id) if staff_id is not None else None
        return Contact(person.name, person.email, person.phone) if person else None

    def manager(self, language: str) -> Contact | None:
        """The way to the manager that every mail carries."""
        return self.contact(ownership.standing(self.people, "manager", language, self.day))


@dataclass(frozen=True)
class Group:
    """Follow-ups that go into one mail, with what they are about. Several only where the cadence wants one letter."""

    follow_ups: Sequence[FollowUp]
    customer: Customer
    cadence: Cadence
    order: Order | None
    invoices: Sequence[Invoice]
    dossier: Dossier | None
    reminds_of: str | None
    """Key of the earlier mail that a nudge reminds of."""
    notice: NoticeFacts | None = None
    digest: DigestFacts | None = None
    declared: Response | None = None
    """The withdrawal that the mail tells back."""
    called_at: datetime | None = None
    """When a manager spoke with the customer about these invoices, where all of them came up."""

    @property
    def lead(self) -> FollowUp:
        """The follow-up whose id and step name the mail: the gravest of them."""
        return self.follow_ups[0]

    @property
    def about_invoices(self) -> list[FollowUp]:
        """The follow-ups that are about an invoice, in the order of `invoices`."""
        return [row for row in self.follow_ups if row.subject_type == Subject.INVOICE]


def address(group_audience: str, customer: Customer, addressee: Staff | None) -> str | None:
    """Where a mail goes; None when there is no usable address."""
    if addressee is not None:
        return addressee.email
    wanted = (customer.billing_email or customer.email) if group_audience == "billing" else customer.email
    return None if wanted is None or wanted == customer.suppressed_email else wanted


def called_at(invoices: Collection[int], calls: Mapping[int, datetime]) -> datetime | None:
    """The latest call about these invoices; nothing when one of them was never spoken of."""
    return max((calls[id_] for id_ in invoices), default=None) if calls.keys() >= set(invoices) else None


def gravest_first(policy: Policy, rows: list[FollowUp]) -> list[FollowUp]:
    """By the place of their step in the cadence, the last one first: it sets the tone of the letter."""
    steps = [step.name for step in policy.cadences[rows[0].kind].steps]
    places = {row.id: steps.index(name) for row in rows if (name := StepKey.parse(row.step).name) in steps}
    return sorted(rows, key=lambda row: (-places.get(row.id, 0), row.id))


def write_letter(
    group: Group,
    key: str,
    desk: Desk,
    policy: Policy,
    message_id_of: Callable[[str], str],
    now: datetime | None = None,
) -> Letter:
    """Gather what one mail says. With `now` it names the day until which we wait for an answer.

    Raises:
        LookupError: there is no address; the rules hold such a contact back before it comes here.
    """
    lead, customer = group.lead, group.customer
    addressee = desk.staff.get(lead.staff_id) if lead.staff_id is not None else None
    recipient = address(group.cadence.audience, customer, addressee)
    if recipient is None:
        raise LookupError(f"no address for follow-up {lead.id}")
    owner, deputy = _owner(group, desk)
    language = spoken(policy, addressee.language if addressee else customer.language)
    return Letter(
        key=key,
        kind=lead.kind,
        step=StepKey.parse(lead.step).name,
        nudge=lead.nudge,
        language=language,
        timezone=policy.company.timezone if addressee else customer.timezone,
        recipient_name=addressee.name if addressee else customer.name,
        recipient=recipient,
        customer_ref=customer.ref,
        order=order_facts(group.order) if group.order else None,
        invoices=tuple(
            invoice_line(invoice, StepKey.parse(follow_up.step).name)
            for invoice, follow_up in zip(group.invoices, group.about_invoices, strict=True)
        ),
        owner=desk.contact(owner),
        deputy=desk.contact(deputy),
        manager=desk.manager(language),
        answers=group.cadence.answers,
        extra=group.cadence.extra,
        case=case_facts(policy, group.dossier, language, desk.staff) if group.dossier else None,
        notice=group.notice,
        digest=group.digest,
        declared=Declared(group.declared.received_at, group.declared.text or "") if group.declared else None,
        staff_id=lead.staff_id or 0,
        manager_call="spoken" if group.called_at is not None else None,
        called_at=group.called_at,
        answer_by=None
        if now is None
        else answer_by(group.cadence, now, Place(customer.country, customer.timezone)),
        signer=_signer(group, desk),
        in_reply_to=message_id_of(group.reminds_of) if group.reminds_of else None,
    )


def _signer(group: Group, desk: Desk) -> Contact | None:
    """Whose name stands under a formal warning."""
    signed_by = group.invoices[0].signed_by if group.invoices and group.cadence.is_signed else None
    return next((desk.contact(id_) for id_, one in desk.staff.items() if one.ref == signed_by), None)


def _owner(group: Group, desk: Desk) -> tuple[int | None, int | None]:
    if group.order is not None and group.order.owner_id is not None:
        return group.order.owner_id, group.order.deputy_id
    return ownership.owner_and_deputy(desk.people, group.customer.language, group.customer.id, desk.day)


def order_facts(order: Order) -> OrderFacts:
    """An order as mails and pages tell it."""
    return OrderFacts(
        ref=order.ref,
        description=order.description,
        signed_at=order.signed_at,
        promised_on=order.promised_on,
        promised_before=_before(order),
        delivered_at=order.delivered_at,
        is_service=order.is_service,
        amount_cents=order.amount_cents,
        currency=order.currency,
        withdrawal_days=order.withdrawal_days,
        seller_promise=order.seller_promise,
        referred_by=order.referred_by,
    )


def _before(order: Order) -> date | None:
    """The day that was told last, where it is another one; without it, the one that was promised before."""
    if order.told_on is None:
        return order.promised_before
    return order.promised_before if order.told_on == order.promised_on else order.told_on


def invoice_line(invoice: Invoice, step: str) -> InvoiceLine:
    """An invoice as mails and pages tell it: with what is still open of it."""
    return InvoiceLine(invoice.ref, invoice.asked_cents, invoice.currency, invoice.due_on, step)


def case_facts(policy: Policy, dossier: Dossier, language: str, staff: Mapping[int, Staff]) -> CaseFacts:
    """A dossier in the reader's language."""
    timezone = policy.company.timezone
    open_reasons = [reason.reason for reason in dossier.reasons if reason.settled_at is None]
    return CaseFacts(
        id=dossier.case.id,
        reasons=tuple(dict.fromkeys(open_reasons or [reason.reason for reason in dossier.reasons])),
        opened_at=dossier.case.opened_at,
        customer_name=dossier.customer.name,
        customer_phone=dossier.customer.phone,
        customer_email=dossier.customer.email,
        timeline=tuple(
            (event.at.astimezone(ZoneInfo(timezone)), happened(event, language, staff).sentence)
            for event in dossier.events
        ),
        orders=tuple(order_facts(order) for order in dossier.orders),
        invoices=tuple(
            invoice_line(invoice, "")
            for invoice in dossier.invoices
            if not invoice.paid_at and not invoice.cancelled_at
        ),
        words=tuple(dossier.words),
        versions=tuple(
            version(one, staff) for one in dossier.statements if one.recorded_by or one in dossier.ours()
        ),
        owed=tuple(owed_facts(one, dossier.read_at, staff) for one in dossier.owed),
        held_until=tuple(hold.until for hold in dossier.holds),
        reopened=dossier.case.reopens_id is not None,
        interest=interest_of(policy, dossier),
    )


def version(statement: Statement, staff: Mapping[int, Staff]) -> Version:
    """Somebody's side of a matter; a conversation stands under the name of who wrote it down."""
    author = name_of(statement.recorded_by or statement.author, staff)
    return Version(statement.side, author, statement.at, statement.text)


def owed_facts(owed: Commitment, now: datetime, staff: Mapping[int, Staff]) -> OwedFacts:
    """What is owed, with its clock at `now`."""
    owner = staff[owed.owner_id].name if owed.owner_id is not None and owed.owner_id in staff else None
    return OwedFacts(owed.kind, owner, owed.due_at, now - owed.due_at)


def interest_of(policy: Policy, dossier: Dossier) -> tuple[tuple[str, int], ...]:
    """What the open invoices cost by now besides themselves: currency and hundredths. It grows while reminders rest."""
    today = dossier.read_at.astimezone(ZoneInfo(policy.company.timezone)).date()
    still = [
        one for one in dossier.invoices if not one.paid_at and not one.cancelled_at and one.asked_cents > 0
    ]
    buyer = dossier.customer
    terms = policy.credit.terms_for(buyer.country, is_business=buyer.is_business)
    sums = reckon(terms, [(one, one.debt) for one in still], today, is_business=buyer.is_business).interest
    return tuple((currency, cents) for currency, cents in sums.items() if cents)


def is_case(follow_up: FollowUp) -> bool:
    """Whether a follow-up goes to one of our own people about a case."""
    return follow_up.subject_type == Subject.CASE


def is_for_staff(follow_up: FollowUp) -> bool:
    """Whether a follow-up tells one of our own people of something."""
    return follow_up.subject_type in OF_STAFF
