"""many follow-ups are due at one opening: their index is in the order of claims; what has no mail is in no index of mails

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_PLANNED = sa.text("state = 'planned'")
_CARRIED = sa.text("message_id IS NOT NULL")


def upgrade() -> None:
    _replace("ix_follow_ups_due", ["sweep", "due_at", "id"], where=_PLANNED)
    _replace("ix_follow_ups_message_id", ["message_id"], where=_CARRIED)


def downgrade() -> None:
    _replace("ix_follow_ups_message_id", ["message_id"])
    _replace("ix_follow_ups_due", ["sweep", "due_at"], where=_PLANNED)


def _replace(name: str, columns: list[str], where: sa.TextClause | None = None) -> None:
    op.drop_index(name, table_name="follow_ups")
    op.create_index(name, "follow_ups", columns, sqlite_where=where, postgresql_where=where)
