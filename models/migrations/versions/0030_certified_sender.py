"""whose mail from an address for certified mail is, found by an index

Revision ID: 0030
Revises: 0029
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    certified = sa.text("certified_email IS NOT NULL")
    op.create_index(
        "ix_customers_certified_email",
        "customers",
        [sa.text("lower(certified_email)")],
        sqlite_where=certified,
        postgresql_where=certified,
    )


def downgrade() -> None:
    op.drop_index("ix_customers_certified_email", table_name="customers")
