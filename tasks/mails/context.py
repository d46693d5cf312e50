"""What the texts may speak of: the facts of a letter, written out in its language."""

from collections import Counter
from datetime import datetime
from typing import Any, NamedTuple

from models.policy import Company
from models.words import CommitmentKind
from tasks.mails.demand import demand_view
from tasks.mails.digest_facts import DigestFacts
from tasks.mails.formats import clean, local_day, money, quoted, short_moment
from tasks.mails.labels import label, worded
from tasks.mails.letter import (
    APPOINTMENT_OFF,
    CaseFacts,
    Contact,
    Declared,
    FaultFacts,
    Heard,
    InvoiceLine,
    Letter,
    NoticeFacts,
    Quote,
    Version,
)
from tasks.mails.marks import dialled
from tasks.mails.remarks import foreign
from tasks.mails.timeline_words import why
from tasks.mails.views import (
    InvoiceView,
    OrderView,
    agreed_view,
    cleaned,
    contact_view,
    day,
    dotted,
    interest_line,
    invoice_views,
    late_words,
    legal_moment,
    lowered,
    moment,
    optional_local_day,
    order_view,
    owed_line,
    written_view,
)
from tasks.mails.views import due as due_words

NAMES = frozenset(
    {
        "company",
        "name",
        "greeting",
        "is_business",
        "customer_ref",
        "step",
        "nudge",
        "order",
        "invoices",
        "refs",
        "totals",
    }
    | {
        "owner",
        "deputy",
        "manager",
        "manager_call",
        "called_on",
        "signer",
        "answer_by",
        "demand",
        "case",
        "notice",
        "digest",
        "declared",
        "fault",
        "heard",
        "spoke",
        "agreed_until",
        "comes_late",
        "written",
        "agreed",
    }
)
"""The variables that a text may use."""


_REFS_IN_SUBJECT = 3


class QuoteView(NamedTuple):
    """What somebody said, with its day and rating; written out, it stands between quotation marks."""

    words: str
    note: str
    line: str

    def __str__(self) -> str:
        """The whole line."""
        return self.line


class CaseView(NamedTuple):
    """A dossier in words."""

    id: int
    codes: tuple[str, ...]
    """The reasons as the tables have them."""
    reasons: tuple[str, ...]
    why: str
    """The first reason, as it stands in the middle of a line."""
    opened: str
    customer_name: str
    customer_phone: str | None
    customer_email: str | None
    timeline: tuple[tuple[str, str], ...]
    orders: tuple[OrderView, ...]
    invoices: tuple[InvoiceView, ...]
    """Those whose day to pay has passed, and then the others."""
    total_due: tuple[str, ...]
    """The sum of the former, by currency."""
    total_later: tuple[str, ...]
    words: tuple[QuoteView, ...]
    versions: tuple[str, ...]
    """Who said what and when, a ready line each."""
    owed: tuple[str, ...]
    """What is open, with its clock, a ready line each."""
    held_until: tuple[str, ...]
    interest: str | None
    """A sentence, where there is any."""
    reopened: bool
    call_by: str | None
    """By when its call is due."""


class NoticeView(NamedTuple):
    """A notice in words."""

    kind: str
    cause: str
    why: str
    """Both as a sentence."""
    what: str
    """What is owed, as it stands in the middle of a line."""
    customer_name: str | None
    customer_phone: str | None
    customer_email: str | None
    order: OrderView | None
    sender: str
    subject: str
    words: tuple[QuoteView, ...]
    due: str | None
    first_due: str | None
    level: str
    is_over: bool
    owner_name: str | None
    is_yours: bool
    """Whether the reader is the one who sees to it."""
    deputy_name: str | None
    invoices: tuple[InvoiceView, ...]
    totals: tuple[str, ...]
    clock: str | None
    """By when, or how late it is, as it stands in a subject."""
    by: str | None
    """By when; of an appointment, when."""


class DigestLineView(NamedTuple):
    """A customer on the list of a day, in words."""

    name: str
    phone: str | None
    why: str
    since: str
    due: str | None


class DigestView(NamedTuple):
    """A list of a day, in words."""

    lines: tuple[DigestLineView, ...]
    waiting: int
    oldest: str | None
    holds: tuple[str, ...] = ()
    unknown: int = 0
    unknown_since: str | None = None
    silent: tuple[str, ...] = ()
    """Who has not answered since the last digest, one line each."""
    silent_total: int = 0
    silent_oldest: str | None = None
    together: bool = False
    handed: tuple[str, ...] = ()
    """What people who left owed, and who has it now; one line each."""


class HeardView(NamedTuple):
    """A mail that we have, in words."""

    at: str
    who: Contact | None
    by: str | None
    calls: bool
    complains: bool


class DeclaredView(NamedTuple):
    """A declaration, with its day and hour, in words."""

    at: str
    words: str


def context(letter: Letter, company: Company) -> dict[str, Any]:
    """The variables of `NAMES` for one letter."""
    return {
        "company": company,
        "name": clean(letter.recipient_name),
        "greeting": _greeting(letter),
        "is_business": letter.is_business,
        "customer_ref": clean(letter.customer_ref),
        "step": letter.step,
        "nudge": letter.nudge,
        "order": letter.order and order_view(letter.order, letter.language, letter.timezone),
        "invoices": invoice_views(letter.invoices, letter.language),
        "refs": _refs(letter.invoices),
        "totals": _totals(letter.invoices, letter.language),
        "owner": letter.owner and contact_view(letter.owner),
        "deputy": letter.deputy and contact_view(letter.deputy),
        "manager": letter.manager and contact_view(letter.manager),
        "manager_call": letter.manager_call,
        "called_on": optional_local_day(letter.language, letter.called_at, letter.timezone),
        "signer": letter.signer and contact_view(letter.signer),
        "answer_by": optional_local_day(letter.language, letter.answer_by, letter.timezone),
        "demand": demand_view(letter),
        "case": letter.case and _case_view(letter.case, letter.language, letter.timezone),
        "notice": letter.notice and _notice_view(letter.notice, letter.language, letter.timezone),
        "declared": letter.declared and _declared_view(letter.declared, letter.language, letter.timezone),
        "spoke": letter.spoke_at and moment(letter.language, letter.spoke_at, letter.timezone),
        "comes_late": letter.comes_late,
        "agreed_until": letter.agreed_until
        and due_words(letter.language, letter.agreed_until, letter.timezone),
        "heard": letter.heard and _heard_view(letter.heard, letter.language, letter.timezone),
        "agreed": letter.agreed and agreed_view(letter.agreed, letter.language, letter.timezone),
        "written": letter.written and written_view(letter.written),
        "fault": letter.fault and _fault_view(letter.fault, letter.language, letter.timezone),
        "digest": letter.digest and _digest_view(letter.digest, letter.language, letter.timezone),
    }


def _heard_view(heard: Heard, language: str, timezone: str) -> HeardView:
    return HeardView(
        at=moment(language, heard.at, timezone),
        who=contact_view(heard.who) if heard.who else None,
        by=due_words(language, heard.by, timezone, heard.not_before) if heard.by else None,
        calls=heard.calls,
        complains=heard.complains,
    )


def _greeting(letter: Letter) -> str:
    """How a mail begins: to one of our own people, to a company, to a person."""
    if letter.heard and not letter.recipient_name:
        return label(letter.language, "greeting.unknown")
    whom = "staff" if letter.staff_id else "business" if letter.is_business else "person"
    return label(letter.language, f"greeting.{whom}").format(name=clean(letter.recipient_name))


def _refs(invoices: tuple[InvoiceLine, ...]) -> str:
    """The numbers for a subject line: all of a few, the first ones of many."""
    refs = ", ".join(clean(one.ref) for one in invoices[:_REFS_IN_SUBJECT])
    return f"{refs} (+{len(invoices) - _REFS_IN_SUBJECT})" if len(invoices) > _REFS_IN_SUBJECT else refs


def _totals(invoices: tuple[InvoiceLine, ...], language: str) -> tuple[str, ...]:
    """One sum per currency."""
    if len(invoices) == 1:
        return (money(language, invoices[0].amount_cents, invoices[0].currency),)
    sums: Counter[str] = Counter()
    for one in invoices:
        sums[one.currency] += one.amount_cents
    return tuple(money(language, cents, currency) for currency, cents in sums.items())


def _case_view(case: CaseFacts, language: str, timezone: str) -> CaseView:
    details = dict(case.details)
    due, later = (_of(case.invoices, is_due=is_due) for is_due in (True, False))
    return CaseView(
        id=case.id,
        codes=case.reasons,
        reasons=tuple(
            _reason(clean(worded(language, "reason", word)), details.get(word)) for word in case.reasons
        ),
        why=_reason(
            lowered(language, clean(worded(language, "reason", case.reasons[0]))),
            details.get(case.reasons[0]),
        )
        if case.reasons
        else "",
        opened=moment(language, case.opened_at, timezone),
        customer_name=clean(case.customer_name),
        customer_phone=dialled(case.customer_phone),
        customer_email=cleaned(case.customer_email),
        timeline=tuple((short_moment(language, at, timezone), clean(text)) for at, text in case.timeline),
        orders=tuple(order_view(order, language, timezone) for order in case.orders),
        invoices=invoice_views((*due, *later), language),
        total_due=_totals(due, language),
        total_later=_totals(later, language),
        words=tuple(_quote(one, language, timezone) for one in case.words),
        versions=tuple(_version(one, language, timezone) for one in case.versions),
        owed=tuple(owed_line(one, language, timezone) for one in case.owed),
        held_until=tuple(
            f"{due_words(language, at, timezone)} ({clean(who)}: {quoted(language, clean(reason))})"
            for at, who, reason in case.held_until
        ),
        interest=interest_line(case.interest, language),
        reopened=case.reopened,
        call_by=due_words(language, case.call_by, timezone, case.call_from) if case.call_by else None,
    )


def _of(invoices: tuple[InvoiceLine, ...], *, is_due: bool) -> tuple[InvoiceLine, ...]:
    return tuple(one for one in invoices if one.is_due == is_due)


def _reason(words: str, detail: str | None) -> str:
    return f"{words} ({clean(detail)})" if detail else words


def _quote(one: Quote, language: str, timezone: str) -> QuoteView:
    """The words, and behind them their day and rating; and their language, where nothing is known of its words."""
    at = day(language, local_day(one.at, timezone)) if one.at else ""
    rating = label(language, "quote.rating").format(score=one.rating) if one.rating is not None else ""
    notes = (dotted(language, at) if at else "", rating, foreign(language, one.words))
    note = ", ".join(part for part in notes if part)
    words = clean(one.words)
    said = quoted(language, words) if words else ""
    return QuoteView(words, note, f"{said} ({note})" if said and note else said or note)


class FaultView(NamedTuple):
    """What keeps contacts back, with its times in words."""

    is_text: bool
    cause: str
    held: int
    since: str


def _fault_view(fault: FaultFacts, language: str, timezone: str) -> FaultView:
    return FaultView(fault.is_text, clean(fault.cause), fault.held, moment(language, fault.since, timezone))


def _declared_view(one: Declared, language: str, timezone: str) -> DeclaredView:
    return DeclaredView(legal_moment(language, one.at, timezone), clean(one.words))


def _version(one: Version, language: str, timezone: str) -> str:
    who = f"{clean(one.author)} ({label(language, f'team.{one.side}')}, {short_moment(language, one.at, timezone)})"
    return f"{who}: {clean(one.words)}"


def _notice_view(notice: NoticeFacts, language: str, timezone: str) -> NoticeView:
    is_work = notice.kind == CommitmentKind.DELIVERY and notice.order is not None and notice.order.is_service
    parts = (notice.kind, notice.cause, "service" if is_work else "")
    why = label(language, "notice." + "-".join(part for part in parts if part))
    due = due_words(language, notice.due_at, timezone, notice.not_before) if notice.due_at else None
    first = due_words(language, notice.first_due, timezone) if notice.first_due else None
    return NoticeView(
        first_due=first,
        kind=notice.kind,
        cause=notice.cause,
        why=why,
        what=lowered(language, why),
        customer_name=cleaned(notice.customer_name),
        customer_phone=dialled(notice.customer_phone),
        customer_email=cleaned(notice.customer_email),
        order=order_view(notice.order, language, timezone) if notice.order else None,
        sender=clean(notice.sender),
        subject=clean(notice.subject),
        words=tuple(_quote(one, language, timezone) for one in notice.words),
        due=due,
        level=notice.level,
        is_over=notice.is_over,
        owner_name=cleaned(notice.owner_name),
        is_yours=notice.is_yours,
        deputy_name=cleaned(notice.deputy_name),
        invoices=invoice_views(notice.invoices, language),
        totals=_totals(notice.invoices, language),
        clock=_clock(notice, due, language, timezone),
        by=_by(notice, due, language),
    )


def _clock(notice: NoticeFacts, due: str | None, language: str, timezone: str) -> str | None:
    """By when, or how late it is."""
    if notice.is_over and notice.overdue and notice.due_at:
        return late_words(language, notice.due_at, notice.overdue, timezone)
    return _by(notice, due, language)


def _by(notice: NoticeFacts, due: str | None, language: str) -> str | None:
    if due is None or notice.kind in {CommitmentKind.APPOINTMENT, APPOINTMENT_OFF}:
        return due
    return label(language, "clock.by").format(at=due)


def _digest_view(digest: DigestFacts, language: str, timezone: str) -> DigestView:
    return DigestView(
        lines=tuple(
            DigestLineView(
                name=clean(line.customer_name),
                phone=dialled(line.customer_phone),
                why=clean(why(language, line.why)),
                since=moment(language, line.since, timezone),
                due=due_words(language, line.due_at, timezone, line.not_before) if line.due_at else None,
            )
            for line in digest.lines
        ),
        waiting=digest.waiting,
        oldest=moment(language, digest.oldest, timezone) if digest.oldest else None,
        holds=tuple(
            label(language, "digest.order-held" if order else "digest.held").format(
                customer=clean(customer),
                order=clean(order),
                who=clean(who),
                why=quoted(language, clean(why_)),
                until=due_words(language, until, timezone),
            )
            for customer, order, who, why_, until in digest.holds
        ),
        silent=tuple(
            _silent_line(name, phone, order, since, language, timezone)
            for name, phone, order, since in digest.silent.new
        ),
        silent_total=digest.silent.total,
        silent_oldest=moment(language, digest.silent.oldest, timezone) if digest.silent.oldest else None,
        together=digest.together,
        unknown=digest.unknown,
        unknown_since=moment(language, digest.unknown_since, timezone) if digest.unknown_since else None,
        handed=tuple(
            label(language, "digest.handed").format(before=clean(before), after=clean(after), count=count)
            for before, after, count in digest.handed
        ),
    )


def _silent_line(
    name: str, phone: str | None, order: str, since: datetime, language: str, timezone: str
) -> str:
    """Who, about which order, the number to call, and the day."""
    asked = label(language, "digest.silent-order").format(order=clean(order)) if order else ""
    since_ = label(language, "digest.silent-since").format(day=optional_local_day(language, since, timezone))
    return ", ".join(part for part in (clean(name), asked, cleaned(phone), since_) if part)
