"""an index of promises by when they ended, for the calls that were made today

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_DONE = sa.text("done_at IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_commitments_done", "commitments", ["done_at"], sqlite_where=_DONE, postgresql_where=_DONE
    )


def downgrade() -> None:
    op.drop_index("ix_commitments_done", table_name="commitments")
