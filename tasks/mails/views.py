"""Orders, invoices and people, written out in the language of whoever reads a mail or a page."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from models.rules.calendar.calendars import zone
from tasks.mails.formats import (
    clean,
    end_of_day,
    full_day,
    hour,
    lateness,
    length,
    local_day,
    long_day,
    money,
    wall,
)
from tasks.mails.labels import label
from tasks.mails.letter import (
    Agreed,
    Contact,
    Interest,
    InvoiceLine,
    OrderFacts,
    OwedFacts,
    Written,
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
    withdrawal: str
    """How the right to withdraw stands: `from-delivery` (it begins then), `until` (with its last day), or empty."""
    withdrawal_until: str | None
    """The last day, where it is final."""
    seller_promise: str | None
    referred_by: str | None
    as_asked: bool


class WrittenView(NamedTuple):
    """A mail that somebody wrote, fit to stand in a text: each line is a paragraph of its own."""

    subject: str
    text: str
    author: str


class AgreedView(NamedTuple):
    """An appointment in words."""

    at: str
    who: Contact | None
    is_off: bool


class InvoiceView(NamedTuple):
    """An invoice in words."""

    ref: str
    amount: str
    due: str
    step: str
    is_due: bool
    order: str | None
    issued: str | None = None
    """The date of the invoice."""


def day(language: str, value: date) -> str:
    """A day for a sentence: with its weekday, but in Polish, where the weekday would need its case."""
    return long_day(language, value) if language == "pl" else full_day(language, value)


def moment(language: str, at: datetime, timezone: str) -> str:
    """An instant in a sentence: its whole day, and its hour there."""
    local = wall(at, timezone)
    return label(language, "clock.moment").format(day=day(language, local.date()), hour=hour(language, local))


def due(language: str, at: datetime, timezone: str, not_before: datetime | None = None) -> str:
    """Until when something is due: a day where it ends with one, else a day and its hour; and from when on, if said."""
    last = end_of_day(at, timezone)
    if last is not None:
        return label(language, "clock.day").format(day=day(language, last))
    until = moment(language, at, timezone)
    if not_before is None:
        return until
    first = hour(language, wall(not_before, timezone))
    return label(language, "clock.not-before").format(at=until, hour=first)


def legal_moment(language: str, at: datetime, timezone: str) -> str:
    """An instant as it stands on a receipt: day, hour, and how far that clock is from UTC."""
    offset = f"{at.astimezone(zone(timezone)):%z}"
    return label(language, "clock.legal").format(
        moment=moment(language, at, timezone), zone=f"UTC{offset[:3]}:{offset[3:]}"
    )


def lowered(language: str, words: str) -> str:
    """A label in the middle of a line; German nouns keep their capital."""
    keeps = language == "de" or (words[:2].isalpha() and words[:2].isupper())
    return words if keeps else f"{words[:1].lower()}{words[1:]}"


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
        withdrawal=order.withdrawal,
        withdrawal_until=_day(language, order.withdrawal_until),
        seller_promise=cleaned(order.seller_promise),
        referred_by=cleaned(order.referred_by),
        as_asked=order.as_asked,
    )


def written_view(one: Written) -> WrittenView:
    """The words of one of our own people; lists stay lists."""
    lines = [clean(line) for line in one.text.split("\n")]
    return WrittenView(clean(one.subject), "\n\n".join(line for line in lines if line), clean(one.author))


def agreed_view(one: Agreed, language: str, timezone: str) -> AgreedView:
    """When it begins, who comes, and whether it takes place."""
    at = moment(language, one.begins, timezone)
    return AgreedView(at, contact_view(one.who) if one.who else None, one.is_off)


def invoice_views(invoices: tuple[InvoiceLine, ...], language: str) -> tuple[InvoiceView, ...]:
    """Invoices in the words of a language."""
    return tuple(
        InvoiceView(
            clean(one.ref),
            money(language, one.amount_cents, one.currency),
            long_day(language, one.due_on),
            one.step,
            one.is_due,
            cleaned(one.order_ref),
            long_day(language, one.issued_on) if one.issued_on else None,
        )
        for one in invoices
    )


def cleaned(text: str | None) -> str | None:
    """Words that cannot break a line; None where there are none."""
    return clean(text) or None if text else None


def interest_line(found: Interest | None, language: str) -> str | None:
    """That interest keeps accruing, how much it is, and up to which day; nothing where there is none."""
    if found is None:
        return None
    if not found.sums:
        return label(language, "case.interest-unknown").format(
            day=dotted(language, day(language, found.until))
        )
    written = " + ".join(money(language, cents, currency) for currency, cents in found.sums)
    key = "case.interest-ends" if found.ends else "case.interest"
    return label(language, key).format(sum=written, day=dotted(language, day(language, found.until)))


def dotted(language: str, written: str) -> str:
    """A written day as it stands at the end of a phrase: in Polish with the `r.` of the year."""
    return label(language, "clock.day").format(day=written)


def late_words(language: str, due_at: datetime, overdue: timedelta, timezone: str) -> str:
    """How late it is; a promise of a day is late by days, never by hours."""
    span = lateness(due_at, due_at + overdue, timezone)
    return label(language, "clock.late").format(length=length(language, span))


def owed_line(one: OwedFacts, language: str, timezone: str) -> str:
    """What is owed, by whom and until when; overdue by how much."""
    until = label(language, "clock.due").format(at=due(language, one.due_at, timezone, one.not_before))
    late = late_words(language, one.due_at, one.overdue, timezone)
    parts = [label(language, f"owed.{one.kind}"), *([clean(one.owner)] if one.owner else []), until]
    return ", ".join([*parts, *([late] if one.overdue > timedelta(0) else [])])
