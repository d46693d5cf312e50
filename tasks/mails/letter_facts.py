"""From database rows to the plain facts that a mail tells."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from models.policy import DIGEST, Company, Policy
from models.queries.cases.dossier import Dossier
from models.rules.calendar.calendars import Place
from models.rules.escalation import ownership
from models.rules.escalation.ownership import Person
from models.rules.escalation.silence import answer_by
from models.rules.planning.cadence import Cadence
from models.rules.planning.step_key import StepKey
from models.rules.planning.vocabulary import CERTIFIED
from models.rules.responses.answers import answers_to, is_courtesy
from models.tables import Customer, FollowUp, Invoice, Order, Response, Staff
from models.words import OF_STAFF, Subject
from tasks.mails.digest_facts import DigestFacts
from tasks.mails.dossier_facts import case_facts
from tasks.mails.formats import local_day
from tasks.mails.late_facts import demand_of
from tasks.mails.letter import (
    Agreed,
    AlsoFacts,
    Contact,
    Declared,
    Demand,
    FaultFacts,
    Heard,
    Letter,
    NoticeFacts,
    Written,
)
from tasks.mails.mime import as_kept
from tasks.mails.row_facts import invoice_line, order_facts
from tasks.mails.texts import spoken


@dataclass(frozen=True)
class Desk:
    """Who works here today: names for the mails, and the rules' view of them."""

    staff: Mapping[int, Staff]
    people: Sequence[Person]
    day: date
    company: Company
    suppressed: Collection[str] = frozenset()
    """Addresses (`as_kept`) of the customers in question that nothing is sent to."""
    _contacts: dict[int, Contact | None] = field(default_factory=dict, repr=False)
    _managers: dict[str, Contact | None] = field(default_factory=dict, repr=False)

    def contact(self, staff_id: int | None) -> Contact | None:
        """Name and phone of somebody, with the company's address: what is written to it is collected and seen."""
        if staff_id is None:
            return None
        if staff_id not in self._contacts:
            person = self.staff.get(staff_id)
            self._contacts[staff_id] = (
                None
                if person is None
                else Contact(person.name, self.company.shown_address(person.ref), person.phone)
            )
        return self._contacts[staff_id]

    def manager(self, language: str) -> Contact | None:
        """The way to the manager that every mail carries."""
        if language not in self._managers:
            found = ownership.standing(self.people, "manager", language, self.day)
            self._managers[language] = self.contact(found)
        return self._managers[language]


@dataclass(frozen=True)
class Group:
    """Follow-ups that go into one mail, with what they are about; see `models.rules.sending.joint`."""

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
    fault: FaultFacts | None = None
    """What a notice of a fault tells."""
    declared: Response | None = None
    """The withdrawal that the mail tells back."""
    spoke_at: datetime | None = None
    """When somebody spoke with the customer about the case that was closed."""
    agreed_until: datetime | None = None
    """By when the remedy of that case is owed; empty where there is none, or it was kept."""
    heard: Heard | None = None
    """The mail whose sender is told that we have it."""
    written: Written | None = None
    agreed: Agreed | None = None
    """What the mail brings for a calendar."""
    """The mail that one of our own people wrote."""
    called_at: datetime | None = None
    """When a manager spoke with the customer about these invoices, where all of them came up."""
    others: Sequence[Order] = ()
    """Further orders that all of it holds for."""
    buyers: Mapping[int, Customer] = field(default_factory=dict)
    """Customers by id, where several share an address."""
    opened_by: tuple[str, ...] = ()
    """Kinds whose words open the mail."""
    is_shared: bool = False
    """Notices of several matters to one of our own people; `digest` lists them."""
    is_trial: bool = False
    """It goes to the address of the trial, or nowhere, and counts as sent to nobody."""

    @property
    def lead(self) -> FollowUp:
        """The follow-up whose id and step name the mail: the gravest of them."""
        return self.follow_ups[0]

    @property
    def addressed(self) -> str | None:
        """The address that the mail is for, where it is not the customer's on record: who wrote is answered there."""
        return self.heard.sender if self.heard else self.written.recipient if self.written else None

    @property
    def orders(self) -> list[Order]:
        """All orders that it is about, the lead's first."""
        return [*([] if self.order is None else [self.order]), *self.others]

    def customer_of(self, row: FollowUp) -> Customer:
        """Whose contact a follow-up is."""
        return self.buyers.get(row.customer_id or 0, self.customer)

    @property
    def about_invoices(self) -> list[FollowUp]:
        """The follow-ups that are about an invoice, in the order of `invoices`."""
        return [row for row in self.follow_ups if row.subject_type == Subject.INVOICE]


def address(
    group_audience: str, customer: Customer, addressee: Staff | None, suppressed: Collection[str]
) -> str | None:
    """Where a mail goes; None when there is no usable address."""
    if addressee is not None:
        return addressee.email
    billing = customer.billing_email or customer.email
    wanted = {
        "billing": (billing,),
        CERTIFIED: (customer.certified_email, billing),
    }.get(group_audience, (customer.email,))
    return next((one for one in wanted if one is not None and as_kept(one) not in suppressed), None)


def called_at(invoices: Collection[int], calls: Mapping[int, datetime]) -> datetime | None:
    """The latest call about these invoices; nothing when one of them was never spoken of."""
    return max((calls[id_] for id_ in invoices), default=None) if calls.keys() >= set(invoices) else None


def gravest_first(policy: Policy, rows: list[FollowUp]) -> list[FollowUp]:
    """By the place of their step in the cadence, the last one first: it sets the tone. What joined in comes last."""
    kind = rows[0].kind
    steps = [step.name for step in policy.cadences[kind].steps]
    places = {row.id: steps.index(name) for row in rows if (name := StepKey.parse(row.step).name) in steps}
    return sorted(rows, key=lambda row: (row.kind != kind, -places.get(row.id, 0), row.id))


_LATE_NEWS = timedelta(days=5)


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
    heard, written = group.heard, group.written
    recipient = group.addressed or address(group.cadence.audience, customer, addressee, desk.suppressed)
    if recipient is None:
        raise LookupError(f"no address for follow-up {lead.id}")
    owner, deputy = _owner(group, desk)
    no_extras = customer.gets_no_extras(policy.sending.no_courtesies_in)
    offered = answers_to(group.cadence, lead.step, no_extras=no_extras)
    is_known = heard.who is not None if heard else written is None or customer.ref != ""
    names = is_known  # a stranger is told nobody's name
    language = spoken(policy, addressee.language if addressee else customer.language)
    return Letter(
        key=key,
        kind=DIGEST if group.is_shared else lead.kind,
        step=StepKey.parse(lead.step).name,
        nudge=lead.nudge,
        language=language,
        timezone=policy.company.timezone if addressee else customer.timezone,
        recipient_name=addressee.name if addressee else customer.name if names else "",
        recipient=recipient,
        customer_ref=customer.ref,
        order=order_facts(group.order, customer, now) if group.order else None,
        invoices=tuple(
            invoice_line(invoice, StepKey.parse(follow_up.step).name)
            for invoice, follow_up in zip(group.invoices, group.about_invoices, strict=True)
        ),
        owner=desk.contact(owner) if names else None,
        deputy=desk.contact(deputy) if names else None,
        manager=desk.manager(language) if names else None,
        answers=offered,
        is_business=addressee is None and customer.is_business,
        extra=addressee is None and is_courtesy(group.cadence, offered),
        case=case_facts(policy, group.dossier, language, desk.staff) if group.dossier else None,
        notice=group.notice,
        digest=group.digest,
        fault=group.fault,
        declared=Declared(group.declared.received_at, group.declared.text or "") if group.declared else None,
        heard=heard,
        written=written,
        agreed=group.agreed,
        spoke_at=group.spoke_at,
        agreed_until=group.agreed_until,
        comes_late=now is not None and now - lead.owed_at > _LATE_NEWS,
        opened_by=group.opened_by,
        also=tuple(_also(group, one, owner, desk, now) for one in group.others),
        staff_id=lead.staff_id or 0,
        manager_call="spoken" if group.called_at is not None else None,
        called_at=group.called_at,
        answer_by=None
        if now is None
        else answer_by(group.cadence, now, Place(customer.country, customer.timezone)),
        demand=_demand(group, policy, now),
        is_certified=group.cadence.audience == CERTIFIED and recipient == customer.certified_email,
        signer=signed_by(group, desk),
        in_reply_to=_answered(group, message_id_of),
    )


def _demand(group: Group, policy: Policy, now: datetime | None) -> Demand | None:
    """What a formal warning asks for on the day it is written."""
    if now is None or not group.cadence.is_signed:
        return None
    return demand_of(policy, group.customer, group.invoices, local_day(now, policy.company.timezone))


def _answered(group: Group, message_id_of: Callable[[str], str]) -> str | None:
    """Message-ID of the mail that this one answers, or reminds of."""
    if group.heard is not None:
        return group.heard.message_id
    if group.written is not None:
        return group.written.in_reply_to
    return message_id_of(group.reminds_of) if group.reminds_of else None


def _also(group: Group, order: Order, owner: int | None, desk: Desk, now: datetime | None) -> AlsoFacts:
    named = ownership.named_to_customer(
        desk.people, (order.owner_id, order.deputy_id), group.customer.language, order.id, desk.day
    )[0]
    other = desk.contact(named) if named != owner else None
    return AlsoFacts(order_facts(order, group.customer, now), other.name if other else None)


def signed_by(group: Group, desk: Desk) -> Contact | None:
    """Whose name stands under a formal warning."""
    ref = group.invoices[0].signed_by if group.invoices and group.cadence.is_signed else None
    if ref is None:
        return None
    return next((desk.contact(id_) for id_, one in desk.staff.items() if one.ref == ref), None)


def _owner(group: Group, desk: Desk) -> tuple[int | None, int | None]:
    order, customer = group.order, group.customer
    named = (order.owner_id, order.deputy_id) if order is not None else (None, None)
    number = order.id if order is not None else customer.id
    return ownership.named_to_customer(desk.people, named, customer.language, number, desk.day)


def is_case(follow_up: FollowUp) -> bool:
    """Whether a follow-up goes to one of our own people about a case."""
    return follow_up.subject_type == Subject.CASE


def is_for_staff(follow_up: FollowUp) -> bool:
    """Whether a follow-up tells one of our own people of something."""
    return follow_up.subject_type in OF_STAFF
