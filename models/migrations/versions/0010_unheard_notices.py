"""an index of the notices that nobody of our people could be told of

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_UNHEARD = sa.text("state = 'planned' AND reason = 'nobody to tell'")


def upgrade() -> None:
    op.create_index(
        "ix_follow_ups_unheard", "follow_ups", ["id"], sqlite_where=_UNHEARD, postgresql_where=_UNHEARD
    )


def downgrade() -> None:
    op.drop_index("ix_follow_ups_unheard", table_name="follow_ups")
