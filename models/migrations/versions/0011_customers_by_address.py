"""indexes of customers by their addresses, in whatever case they were written

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_BILLED = sa.text("billing_email IS NOT NULL")


def upgrade() -> None:
    op.create_index("ix_customers_email", "customers", [sa.text("lower(email)")])
    op.create_index(
        "ix_customers_billing_email", "customers", [sa.text("lower(billing_email)")],
        sqlite_where=_BILLED, postgresql_where=_BILLED,
    )


def downgrade() -> None:
    op.drop_index("ix_customers_billing_email", table_name="customers")
    op.drop_index("ix_customers_email", table_name="customers")
