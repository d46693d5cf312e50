"""The facts of one's own database as rows, so that a policy can be tried on what really happened here."""

from typing import Any

from sqlalchemy.orm import Session

from models.queries.replay import own_facts
from models.tables import Customer, Invoice, Order, Response, Staff
from tasks.importing.rows import AnyRow, CustomerRow, InvoiceRow, OrderRow, ResponseRow, StaffRow


def rows_of(session: Session) -> dict[str, list[AnyRow]]:
    """Everybody, every order, invoice and answer that is known here, as a source would bring it."""
    people, buyers = own_facts.every(session, Staff), own_facts.every(session, Customer)
    orders, invoices = own_facts.every(session, Order), own_facts.every(session, Invoice)
    staff_refs = {one.id: one.ref for one in people}
    buyer_refs = {one.id: one.ref for one in buyers}
    order_refs = {one.id: one.ref for one in orders}
    invoice_refs = {one.id: one.ref for one in invoices}
    return {
        "staff": [_staff(one, staff_refs) for one in people],
        "customers": [_customer(one) for one in buyers],
        "orders": [_order(one, buyer_refs, staff_refs) for one in orders],
        "invoices": [_invoice(one, buyer_refs, order_refs) for one in invoices],
        "responses": [
            _response(one, buyer_refs, order_refs, invoice_refs) for one in own_facts.every(session, Response)
        ],
    }


def _staff(one: Staff, refs: dict[int, str]) -> StaffRow:
    return StaffRow(
        **_same(one, ("ref", "name", "role", "language", "country", "email", "phone", "team", "active")),
        deputy=refs.get(one.deputy_id or 0),
    )


def _customer(one: Customer) -> CustomerRow:
    names = (
        "ref",
        "name",
        "language",
        "country",
        "timezone",
        "email",
        "billing_email",
        "phone",
        "is_business",
    )
    return CustomerRow(**_same(one, names), no_extras=one.wants_no_extras)


def _order(one: Order, buyers: dict[int, str], staff: dict[int, str]) -> OrderRow:
    names = (
        "ref",
        "description",
        "currency",
        "signed_at",
        "product_line",
        "is_service",
        "amount_cents",
        "seller_promise",
        "referred_by",
        "withdrawal_days",
        "promised_on",
        "delay_reason",
        "delivered_at",
        "cancelled_at",
        "dates",
    )
    return OrderRow(
        **_same(one, names),
        customer=buyers[one.customer_id],
        seller=staff.get(one.seller_id or 0),
        owner=staff.get(one.owner_id or 0),
        deputy=staff.get(one.deputy_id or 0),
    )


def _invoice(one: Invoice, buyers: dict[int, str], orders: dict[int, str]) -> InvoiceRow:
    names = (
        "ref",
        "amount_cents",
        "currency",
        "issued_on",
        "due_on",
        "open_cents",
        "paid_at",
        "disputed_at",
        "cancelled_at",
    )
    return InvoiceRow(
        **_same(one, names), customer=buyers[one.customer_id], order=orders.get(one.order_id or 0)
    )


def _response(
    one: Response, buyers: dict[int, str], orders: dict[int, str], invoices: dict[int, str]
) -> ResponseRow:
    return ResponseRow(
        **_same(one, ("ref", "meaning", "received_at", "rating", "text", "channel")),
        customer=buyers[one.customer_id],
        order=orders.get(one.order_id or 0),
        invoice=invoices.get(one.invoice_id or 0),
    )


def _same(row: object, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
