"""credit recovery: promises to pay, signatures, hand-overs, releases

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_OF_INVOICES = (
    ("pays_on", sa.Date()),
    ("pays_until", sa.DateTime(timezone=True)),
    ("signed_at", sa.DateTime(timezone=True)),
    ("signed_by", sa.String()),
    ("handed_over_at", sa.DateTime(timezone=True)),
    ("handed_over_by", sa.String()),
)


def upgrade() -> None:
    for name, kind in _OF_INVOICES:
        op.add_column("invoices", sa.Column(name, kind, nullable=True))
    op.create_index(
        "ix_invoices_pays_until",
        "invoices",
        ["pays_until"],
        unique=False,
        sqlite_where=sa.text("pays_until IS NOT NULL"),
        postgresql_where=sa.text("pays_until IS NOT NULL"),
    )
    op.add_column("responses", sa.Column("pays_on", sa.Date(), nullable=True))
    op.add_column("holds", sa.Column("goes_on", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("holds", "goes_on")
    op.drop_column("responses", "pays_on")
    op.drop_index("ix_invoices_pays_until", "invoices")
    for name, _ in reversed(_OF_INVOICES):
        op.drop_column("invoices", name)
