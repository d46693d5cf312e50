"""facts that change after they were used: what was told last, what is open of an invoice, what no longer comes

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("orders", sa.Column("told_on", sa.Date(), nullable=True))
    op.add_column("orders", sa.Column("told_at", _TIME, nullable=True))
    op.add_column("invoices", sa.Column("open_cents", sa.BigInteger(), nullable=True))
    op.add_column(
        "invoices", sa.Column("credited_cents", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.add_column(
        "customers", sa.Column("no_extras", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    for table in ("customers", "orders", "invoices"):
        op.add_column(table, sa.Column("vanished_at", _TIME, nullable=True))
    op.execute(_WHOSE.format(table="orders", subject="order"))
    op.execute(_WHOSE.format(table="invoices", subject="invoice"))
    op.execute(_TOLD)


_WHOSE = """
UPDATE follow_ups SET customer_id = (SELECT customer_id FROM {table} WHERE {table}.id = follow_ups.subject_id)
WHERE subject_type = '{subject}' AND state IN ('planned', 'held') AND nudge = 0
"""
"""Contacts that wait go to whose the order is by now."""

_TOLD = """
UPDATE orders SET told_on = promised_on, told_at = (
    SELECT max(f.sent_at) FROM follow_ups f WHERE f.subject_type = 'order' AND f.subject_id = orders.id
)
WHERE promised_on IS NOT NULL AND EXISTS (
    SELECT 1 FROM follow_ups f
    WHERE f.subject_type = 'order' AND f.subject_id = orders.id AND f.sent_at IS NOT NULL
    AND (orders.promise_moved_at IS NULL OR f.sent_at >= orders.promise_moved_at)
    AND f.kind IN ('order-confirmation', 'welcome-contact', 'progress-update', 'new-date-alert', 'delay-alert')
)
"""
"""Whoever had a mail since the day was moved knows it."""


def downgrade() -> None:
    for table in ("invoices", "orders", "customers"):
        op.drop_column(table, "vanished_at")
    op.drop_column("customers", "no_extras")
    op.drop_column("invoices", "credited_cents")
    op.drop_column("invoices", "open_cents")
    op.drop_column("orders", "told_at")
    op.drop_column("orders", "told_on")
