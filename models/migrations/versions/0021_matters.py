"""calls that reached nobody are counted, conversations have their hour, and a complaint rests beyond its record

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_OF_CASES = (
    ("spoke_at", _MOMENT),
    ("spoke_with", sa.String()),
    ("rests_until", _MOMENT),
    ("released_at", _MOMENT),
    ("released_by", sa.String()),
)
_RESTS = sa.text("closed_at IS NOT NULL AND released_at IS NULL")
_UNTIL = sa.text("rests_until IS NOT NULL")


def upgrade() -> None:
    op.add_column("commitments", sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
    for name, kind in _OF_CASES:
        op.add_column("cases", sa.Column(name, kind, nullable=True))
    # what was closed before went on with its record, and is not stopped now
    op.execute("UPDATE cases SET released_at = closed_at WHERE closed_at IS NOT NULL")
    op.create_index("ix_cases_rests", "cases", ["customer_id"], sqlite_where=_RESTS, postgresql_where=_RESTS)
    op.create_index("ix_cases_until", "cases", ["rests_until"], sqlite_where=_UNTIL, postgresql_where=_UNTIL)


def downgrade() -> None:
    op.drop_index("ix_cases_until", "cases")
    op.drop_index("ix_cases_rests", "cases")
    for name, _ in reversed(_OF_CASES):
        op.drop_column("cases", name)
    op.drop_column("commitments", "tries")
