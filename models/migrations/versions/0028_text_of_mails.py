"""a mail of ours keeps its words: what an answer quotes of them is not the customer's

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("text", sa.Text(), nullable=True))
    op.create_index("ix_inbound_sender", "inbound", ["sender"])


def downgrade() -> None:
    op.drop_index("ix_inbound_sender", "inbound")
    op.drop_column("messages", "text")
