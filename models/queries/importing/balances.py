"""What customers owe besides what they have with us: credit notes laid against open invoices."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.queries import bulk
from models.queries.in_list import among
from models.rules.credit_recovery.credit_notes import Open, covered
from models.tables import Invoice


def lay_credits(session: Session, customer_ids: Collection[int]) -> None:
    """Lay the credit notes of these customers against their open invoices; what changes is planned again."""
    session.flush()
    concerned = select(Invoice.customer_id).where(
        among(Invoice.customer_id, customer_ids), (Invoice.amount_cents < 0) | (Invoice.credited_cents != 0)
    )
    owing = set(session.scalars(concerned))
    if not owing:
        return
    rows = session.scalars(
        select(Invoice)
        .where(among(Invoice.customer_id, owing))
        .order_by(Invoice.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    by_customer: dict[int, list[Invoice]] = defaultdict(list)
    for row in rows:
        by_customer[row.customer_id].append(row)
    changes = []
    for mine in by_customer.values():
        standing = [one for one in mine if not one.paid_at and not one.cancelled_at]
        shares = covered(Open(one.id, one.unpaid_cents, one.currency, one.due_on) for one in standing)
        changes += [
            {"id": one.id, "credited_cents": share, "to_plan": True}
            for one in mine
            if (share := shares.get(one.id, 0)) != one.credited_cents
        ]
    bulk.update(session, Invoice, changes)
    session.expire_all()
