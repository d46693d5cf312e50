"""the ladder of a delivery hangs on the day that was promised first

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("commitments", sa.Column("clock_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("commitments", "clock_at")
