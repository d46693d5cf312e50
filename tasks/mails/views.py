"""Orders, invoices and people, written out in the language of whoever reads a mail or a page."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from tasks.mails.formats import clean, full_day, length, local_day, long_day, money, short_moment
from tasks.mails.labels import label
from tasks.mails.letter import (
    Contact,
    InvoiceLine,
    OrderFacts,
    OwedFacts,
)


class OrderView(NamedTuple):
    """An order in words. What is not known is None."""

    ref: str
    description: str
    signed: str
    promised: str | None
    former: str | None
    """The day promised before `promised`."""
    is_sooner: bool
    """Whether `promised` lies before `former`."""
    delivered: str | None
    is_service: bool
    amount: str | None
    withdrawal_days: int
    withdrawal_until: str
    """The last day of the window when it is counted from signing; the law may give more, never less."""
    seller_promise: str | None
    referred_by: str | None


class InvoiceView(NamedTuple):
    """An invoice in words."""

    ref: str
    amount: str
    due: str
    step: str


def day(language: str, value: date) -> str:
    """A day for a sentence: with its weekday, but in Polish, where the weekday would need its case."""
    return long_day(language, value) if language == "pl" else full_day(language, value)


def _day(language: str, value: date | None) -> str | None:
    return None if value is None else day(language, value)


def optional_local_day(language: str, at: datetime | None, timezone: str) -> str | None:
    """The day of an instant at a place; None where there is none."""
    return None if at is None else day(language, local_day(at, timezone))


@lru_cache(maxsize=4096)
def contact_view(contact: Contact) -> Contact:
    """The same person, fit to stand on one line."""
    return Contact(clean(contact.name), cleaned(contact.email), cleaned(contact.phone))


def order_view(order: OrderFacts, language: str, timezone: str) -> OrderView:
    """An order in the words of a language, its instants on the clock of a time zone."""
    signed = local_day(order.signed_at, timezone)
    return OrderView(
        ref=clean(order.ref),
        description=clean(order.description).rstrip(" ."),
        signed=day(language, signed),
        promised=_day(language, order.promised_on),
        former=_day(language, order.promised_before),
        is_sooner=bool(
            order.promised_on and order.promised_before and order.promised_on < order.promised_before
        ),
        delivered=optional_local_day(language, order.delivered_at, timezone),
        is_service=order.is_service,
        amount=None if order.amount_cents is None else money(language, order.amount_cents, order.currency),
        withdrawal_days=order.withdrawal_days,
        withdrawal_until=day(language, signed + timedelta(days=order.withdrawal_days)),
        seller_promise=cleaned(order.seller_promise),
        referred_by=cleaned(order.referred_by),
    )


def invoice_views(invoices: tuple[InvoiceLine, ...], language: str) -> tuple[InvoiceView, ...]:
    """Invoices in the words of a language."""
    return tuple(
        InvoiceView(
            clean(one.ref),
            money(language, one.amount_cents, one.currency),
            long_day(language, one.due_on),
            one.step,
        )
        for one in invoices
    )


def cleaned(text: str | None) -> str | None:
    """Words that cannot break a line; None where there are none."""
    return clean(text) or None if text else None


def interest_line(sums: tuple[tuple[str, int], ...], language: str) -> str | None:
    """That interest keeps accruing, and how much it is by now; nothing where there is none."""
    if not sums:
        return None
    written = " + ".join(money(language, cents, currency) for currency, cents in sums)
    return label(language, "case.interest").format(sum=written)


def owed_line(one: OwedFacts, language: str, timezone: str) -> str:
    """What is owed, by whom and until when; overdue by how much."""
    due = label(language, "clock.due").format(at=short_moment(language, one.due_at, timezone))
    late = label(language, "clock.late").format(length=length(language, one.overdue))
    parts = [label(language, f"owed.{one.kind}"), *([clean(one.owner)] if one.owner else []), due]
    return ", ".join([*parts, *([late] if one.overdue > timedelta(0) else [])])
