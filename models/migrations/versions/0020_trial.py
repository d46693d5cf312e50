"""until go-live everything is a trial; a database that has written to customers before is live

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("is_trial", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(
        "INSERT INTO marks (name, value, at) SELECT 'live', '', min(marked_at) FROM messages WHERE staff_id IS NULL"
        " HAVING min(marked_at) IS NOT NULL"
    )


def downgrade() -> None:
    op.execute("DELETE FROM marks WHERE name = 'live'")
    op.drop_column("messages", "is_trial")
