"""Orders, invoices and answers from the database, as plain facts."""

from datetime import date, datetime

from models.rules.calendar.calendars import Place
from models.rules.commitments.ledger import AGREED
from models.rules.responses import withdrawal
from models.tables import Customer, Invoice, Order, Response
from tasks.mails.letter import InvoiceLine, OrderFacts, Quote


def order_facts(order: Order, customer: Customer | None = None, now: datetime | None = None) -> OrderFacts:
    """An order as mails and pages tell it; how the right to withdraw stands only where the day is known."""
    state, until = _withdrawal(order, customer, now)
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
        withdrawal=state,
        withdrawal_until=until,
        as_asked=order.delay_reason == AGREED,
    )


def _before(order: Order) -> date | None:
    """The day that was told last, where it is another one; without it, the one that was promised before."""
    if order.told_on is None:
        return order.promised_before
    return order.promised_before if order.told_on == order.promised_on else order.told_on


def _withdrawal(order: Order, customer: Customer | None, now: datetime | None) -> tuple[str, date | None]:
    """What may be said today of the right to withdraw from an order; nothing when it is over or there is none."""
    if customer is None or now is None or customer.is_business:
        return "", None
    place = Place(customer.country, customer.timezone)
    return withdrawal.told(
        now,
        order.signed_at,
        order.delivered_at,
        order.withdrawal_days,
        place,
        is_service=order.is_service,
        waived=order.withdrawal_waived,
    )


def invoice_line(
    invoice: Invoice, step: str, order_ref: str | None = None, *, is_due: bool = False
) -> InvoiceLine:
    """An invoice as mails and pages tell it: with what is still open of it."""
    return InvoiceLine(
        invoice.ref,
        invoice.asked_cents,
        invoice.currency,
        invoice.due_on,
        step,
        is_due,
        order_ref,
        invoice.issued_on,
    )


def quote(row: Response) -> Quote:
    """What a customer answered, with its day and rating."""
    return Quote(row.text or "", row.received_at, row.rating)
