"""What the texts may speak of: the facts of a letter, written out in its language."""

from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

from models.policy import Company
from tasks.mails.formats import clean, money, short_moment
from tasks.mails.labels import label, worded
from tasks.mails.letter import (
    CaseFacts,
    Declared,
    DigestFacts,
    InvoiceLine,
    Letter,
    NoticeFacts,
    Version,
)
from tasks.mails.timeline_words import why
from tasks.mails.views import (
    InvoiceView,
    OrderView,
    cleaned,
    contact_view,
    interest_line,
    invoice_views,
    optional_local_day,
    order_view,
    owed_line,
)

NAMES = frozenset(
    {"company", "name", "customer_ref", "step", "nudge", "order", "invoices", "refs", "totals"}
    | {
        "owner",
        "deputy",
        "manager",
        "manager_call",
        "called_on",
        "signer",
        "answer_by",
        "case",
        "notice",
        "digest",
        "declared",
    }
)
"""The variables that a text may use."""


_REFS_IN_SUBJECT = 3


class CaseView(NamedTuple):
    """A dossier in words."""

    id: int
    reasons: tuple[str, ...]
    opened: str
    customer_name: str
    customer_phone: str | None
    customer_email: str | None
    timeline: tuple[tuple[str, str], ...]
    orders: tuple[OrderView, ...]
    invoices: tuple[InvoiceView, ...]
    words: tuple[str, ...]
    versions: tuple[str, ...]
    """Who said what and when, a ready line each."""
    owed: tuple[str, ...]
    """What is open, with its clock, a ready line each."""
    held_until: tuple[str, ...]
    interest: str | None
    """A sentence, where there is any."""
    reopened: bool


class NoticeView(NamedTuple):
    """A notice in words."""

    kind: str
    cause: str
    why: str
    """Both as a sentence."""
    customer_name: str | None
    customer_phone: str | None
    customer_email: str | None
    order: OrderView | None
    sender: str
    subject: str
    words: tuple[str, ...]
    due: str | None
    level: str
    is_over: bool
    owner_name: str | None


class DigestLineView(NamedTuple):
    """A customer on the list of a day, in words."""

    name: str
    phone: str | None
    why: str
    since: str
    due: str | None
    link: str


class DigestView(NamedTuple):
    """A list of a day, in words."""

    lines: tuple[DigestLineView, ...]
    waiting: int
    oldest: str | None


class DeclaredView(NamedTuple):
    """A declaration, with its day and hour, in words."""

    at: str
    words: str


LinkOf = Callable[[tuple[str, int]], str]
"""The address of the page of a matter (kind, id) for the reader."""


def context(letter: Letter, company: Company, link_of: LinkOf = lambda _matter: "") -> dict[str, Any]:
    """The variables of `NAMES` for one letter."""
    return {
        "company": company,
        "name": clean(letter.recipient_name),
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
        "case": letter.case and _case_view(letter.case, letter.language, letter.timezone),
        "notice": letter.notice and _notice_view(letter.notice, letter.language, letter.timezone),
        "declared": letter.declared and _declared_view(letter.declared, letter.language, letter.timezone),
        "digest": letter.digest and _digest_view(letter.digest, letter.language, letter.timezone, link_of),
    }


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
    return CaseView(
        id=case.id,
        reasons=tuple(clean(worded(language, "reason", word)) for word in case.reasons),
        opened=short_moment(language, case.opened_at, timezone),
        customer_name=clean(case.customer_name),
        customer_phone=cleaned(case.customer_phone),
        customer_email=cleaned(case.customer_email),
        timeline=tuple((short_moment(language, at, timezone), clean(text)) for at, text in case.timeline),
        orders=tuple(order_view(order, language, timezone) for order in case.orders),
        invoices=invoice_views(case.invoices, language),
        words=tuple(clean(words) for words in case.words),
        versions=tuple(_version(one, language, timezone) for one in case.versions),
        owed=tuple(owed_line(one, language, timezone) for one in case.owed),
        held_until=tuple(short_moment(language, at, timezone) for at in case.held_until),
        interest=interest_line(case.interest, language),
        reopened=case.reopened,
    )


def _declared_view(one: Declared, language: str, timezone: str) -> DeclaredView:
    return DeclaredView(short_moment(language, one.at, timezone), clean(one.words))


def _version(one: Version, language: str, timezone: str) -> str:
    who = f"{clean(one.author)} ({label(language, f'team.{one.side}')}, {short_moment(language, one.at, timezone)})"
    return f"{who}: {clean(one.words)}"


def _notice_view(notice: NoticeFacts, language: str, timezone: str) -> NoticeView:
    return NoticeView(
        kind=notice.kind,
        cause=notice.cause,
        why=label(language, f"notice.{notice.kind}{'-' if notice.cause else ''}{notice.cause}"),
        customer_name=cleaned(notice.customer_name),
        customer_phone=cleaned(notice.customer_phone),
        customer_email=cleaned(notice.customer_email),
        order=order_view(notice.order, language, timezone) if notice.order else None,
        sender=clean(notice.sender),
        subject=clean(notice.subject),
        words=tuple(clean(words) for words in notice.words),
        due=short_moment(language, notice.due_at, timezone) if notice.due_at else None,
        level=notice.level,
        is_over=notice.is_over,
        owner_name=cleaned(notice.owner_name),
    )


def _digest_view(digest: DigestFacts, language: str, timezone: str, link_of: LinkOf) -> DigestView:
    return DigestView(
        lines=tuple(
            DigestLineView(
                name=clean(line.customer_name),
                phone=cleaned(line.customer_phone),
                why=clean(why(language, line.why)),
                since=short_moment(language, line.since, timezone),
                due=short_moment(language, line.due_at, timezone) if line.due_at else None,
                link=link_of(line.matter),
            )
            for line in digest.lines
        ),
        waiting=digest.waiting,
        oldest=short_moment(language, digest.oldest, timezone) if digest.oldest else None,
    )
