"""who did not answer a plain question stands on a list, once

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("customers", sa.Column("silent_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("customers", sa.Column("silent_contact_id", sa.BigInteger(), nullable=True))
    silent = sa.text("silent_since IS NOT NULL")
    op.create_index(
        "ix_customers_silent_since", "customers", ["silent_since"], sqlite_where=silent, postgresql_where=silent
    )


def downgrade() -> None:
    op.drop_index("ix_customers_silent_since", table_name="customers")
    op.drop_column("customers", "silent_contact_id")
    op.drop_column("customers", "silent_since")
