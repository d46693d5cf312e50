"""The dossier as a document: one page that needs nothing else, to read, to print, and to hand over with the matter."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from babel.numbers import format_decimal
from markupsafe import Markup
from sqlalchemy.orm import Session

from models.errors import RefusedError
from models.languages import BY_CODE
from models.policy import Policy
from models.queries import facts, people
from models.queries.cases.dossier import Dossier, of_customer
from models.queries.credit_recovery import invoices
from models.rules.cases.case_reasons import COMPLAINTS
from models.rules.credit_recovery.late_costs import Reckoned, Reckoning, reckon
from models.rules.credit_recovery.pay_day import due_by_law, is_overdue
from models.tables import Customer, Invoice, Staff
from tasks.mails.dossier_facts import version
from tasks.mails.formats import clean, local_day, long_day, money, quoted, short_moment
from tasks.mails.labels import fill, label, worded
from tasks.mails.letter import Version
from tasks.mails.looks import Looks, file
from tasks.mails.row_facts import order_facts
from tasks.mails.shelf import laid
from tasks.mails.timeline_words import happened, name_of
from tasks.mails.views import cleaned, order_view

_HERE = Path(__file__).parent

_WHOLE = 100_000
PAGES = Looks(_HERE)


def style() -> str:
    """The style of the document; the pages have to allow it by its hash."""
    return file(_HERE, "document.css")


class NoSuchCustomerError(RefusedError):
    """There is nobody to write a dossier about."""


def document(
    session: Session,
    policy: Policy,
    customer_id: int,
    language: str,
    *,
    now: datetime,
    as_of: date | None = None,
    only: Collection[str] = (),
) -> str:
    """The dossier of a customer as HTML.

    Args:
        session: only read.
        policy: gives rates and the company.
        customer_id: whose.
        language: a code of `models.languages`.
        now: aware; the time that stands on it.
        as_of: the day that interest is reckoned to, itself included; today at the company when empty.
        only: references of the invoices that are reckoned up; empty: all that are open, handed over ones included.

    Raises:
        NoSuchCustomerError: there is no such customer.
    """
    found = of_customer(session, customer_id, now, newest=_WHOLE)
    if found is None:
        raise NoSuchCustomerError(f"there is no customer {customer_id}")
    zone, staff = policy.company.timezone, people.staff(session)
    day = as_of or local_day(now, zone)
    reckoned = reckon(
        policy.credit.terms_for(found.customer.country, is_business=found.customer.is_business),
        [(one, one.debt) for one in invoices.owing(session, customer_id, only)],
        day,
        is_business=found.customer.is_business,
    )
    moment, apart = partial(short_moment, language, timezone=zone), found.told_apart
    values = dict(
        language=language,
        style=Markup(style()),  # noqa: S704 (our own style sheet)
        say=partial(say, language),
        label=lambda key, **names: label(language, key).format(**names),
        quoted=partial(quoted, language),
        company=policy.company,
        customer=found.customer,
        name=clean(found.customer.name),
        made=moment(now),
        as_of=long_day(language, day),
        orders=[
            (order_view(order_facts(one), language, zone), one.cancelled_at) for one in reversed(found.orders)
        ],
        versions=[
            (label(language, f"team.{one.side}"), _author(one, found.customer), moment(one.at), one.words)
            for one in (version(statement, found.customer, staff) for statement in found.statements)
        ],
        words=[(one.text, moment(one.received_at), one.rating) for one in found.written()],
        timeline=[(moment(one.at), happened(one, language, staff, apart).sentence) for one in found.events],
        groups=_groups(
            reckoned,
            day,
            found.customer.country,
            language,
            zone,
            staff,
            {one.id: one.ref for one in found.orders},
        ),
        holding=_holding(found, language, moment),
        calls=_calls(session, reckoned, moment),
        **_sums(reckoned, day, found.customer.country, language),
    )
    return PAGES.render("document.html", values)


def say(language: str, key: str, **names: object) -> str:
    """A sentence of the dossier's catalogue, its gaps filled."""
    return fill(laid().words["dossier"][language][f"dossier.{key}"], **names)


def _author(one: Version, customer: Customer) -> str:
    """Whose words: the customer's name, and not the reference that stands in the table."""
    return clean(customer.name if one.author == customer.ref else one.author)


def _sums(found: Reckoning[Invoice], day: date, country: str, language: str) -> dict[str, Any]:
    """What is overdue on the day, by currency, and what its delay costs; what is not due yet is no part of it."""
    terms = found.terms
    overdue = _principal(one for one in found.invoices if is_overdue(country, one.debt.due_on, day))
    return {
        "is_business": found.is_business,
        "law": terms.law if terms else None,
        "claims": terms is not None,
        "stops_on": long_day(language, found.stops_on) if found.stops_on else None,
        "country": terms.country if terms else "",
        "totals": [
            (money(language, cents, currency), _interest(found, currency, language))
            for currency, cents in overdue.items()
        ],
        "flat": money(language, found.flat_euro_cents, "EUR"),
        "has_flat": found.flat_euro_cents > 0,
    }


def _interest(found: Reckoning[Invoice], currency: str, language: str) -> str | None:
    """All the interest in a currency; None where none is claimed, or it cannot be said."""
    if found.terms is None or _is_unknown(found, currency):
        return None
    return money(language, found.interest[currency], currency)


def _is_unknown(found: Reckoning[Invoice], currency: str) -> bool:
    """Whether of some invoice in a currency it cannot be said what its delay costs."""
    return any(one.is_unknown for one in found.invoices if one.debt.currency == currency)


def _principal(some: Iterable[Reckoned[Invoice]]) -> Counter[str]:
    """What is asked for, in hundredths by currency."""
    sums: Counter[str] = Counter()
    for one in some:
        sums[one.debt.currency] += one.debt.amount_cents
    return sums


def _groups(
    found: Reckoning[Invoice],
    day: date,
    country: str,
    language: str,
    zone: str,
    staff: Mapping[int, Staff],
    orders: Mapping[int, str],
) -> list[tuple[str, list[dict[str, Any]], str]]:
    """What is overdue on the day, and what is not due yet, apart: title, invoices and their sum."""
    groups = []
    for title, is_due in (("overdue", True), ("not-due", False)):
        some = [one for one in found.invoices if is_overdue(country, one.debt.due_on, day) is is_due]
        if some:
            sums = _principal(some)
            written = " + ".join(money(language, cents, currency) for currency, cents in sums.items())
            groups.append(
                (title, [_invoice(one, country, language, zone, staff, orders) for one in some], written)
            )
    return groups


def _invoice(
    one: Reckoned[Invoice],
    country: str,
    language: str,
    zone: str,
    staff: Mapping[int, Staff],
    orders: Mapping[int, str],
) -> dict[str, Any]:
    invoice = one.invoice
    currency = invoice.currency
    return {
        "ref": clean(invoice.ref),
        "order": cleaned(orders.get(invoice.order_id or 0)),
        "unknown": one.is_unknown,
        "amount": money(language, invoice.asked_cents, currency),
        "issued": long_day(language, invoice.issued_on),
        "due": long_day(language, invoice.due_on),
        "notes": list(_notes(invoice, country, language, zone, staff)),
        "lines": [
            (
                long_day(language, line.first),
                long_day(language, line.last),
                line.days,
                _number(language, line.reference),
                _number(language, line.points),
                _number(language, line.percent),
                _number(language, line.cents / 100, "#,##0.0000"),
            )
            for line in one.claim.lines
        ],
        "principal": _number(language, Decimal(invoice.asked_cents) / 100, "#,##0.00"),
        "currency": currency,
        "interest": money(language, one.claim.interest_cents, currency),
        "flat": money(language, one.claim.flat_euro_cents, "EUR") if one.claim.flat_euro_cents else None,
    }


def _notes(
    invoice: Invoice, country: str, language: str, zone: str, staff: Mapping[int, Staff]
) -> Iterator[str]:
    """What stands on the invoice: due on a day off, disputed, promised, signed, handed over."""

    def on(at: datetime) -> str:
        return long_day(language, local_day(at, zone))

    if (last := due_by_law(country, invoice.due_on)) != invoice.due_on:
        yield say(language, "day-off", day=long_day(language, last))
    if invoice.disputed_at:
        yield say(language, "disputed", day=on(invoice.disputed_at))
    if invoice.pays_on:
        key = "promise-waits" if invoice.pays_until else "promise-broken"
        yield say(language, key, day=long_day(language, invoice.pays_on))
    if invoice.signed_at:
        name = name_of(invoice.signed_by or "", staff)
        yield say(language, "signed", day=on(invoice.signed_at), name=name)
    if invoice.handed_over_at:
        name = name_of(invoice.handed_over_by or "", staff)
        yield say(language, "handed-over", day=on(invoice.handed_over_at), name=name)


def _holding(found: Dossier, language: str, moment: Callable[[datetime], str]) -> list[str]:
    """What keeps the ladder back now; interest keeps accruing all the same (B06)."""
    open_case = found.matter is not None and found.matter.closed_at is None
    complaints = [
        say(language, "complaint", reason=worded(language, "reason", one.reason), at=moment(one.at))
        for one in found.reasons
        if open_case and one.settled_at is None and one.reason in COMPLAINTS
    ]
    holds = [
        say(
            language,
            "held",
            reason=one.reason,
            by=one.actor,
            at=moment(one.placed_at),
            until=moment(one.until),
        )
        for one in found.holds
    ]
    return complaints + holds


def _calls(session: Session, found: Reckoning[Invoice], moment: Callable[[datetime], str]) -> list[str]:
    """When a manager spoke with the customer about these invoices."""
    called = facts.called(session, [one.invoice.id for one in found.invoices])
    return [moment(at) for at in sorted(set(called.values()))]


def _number(language: str, value: Decimal, form: str = "0.00##") -> str:
    return format_decimal(value, form, locale=BY_CODE[language].locale)
