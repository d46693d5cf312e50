"""dead addresses stand by themselves, with their reason; a mail names its channel

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    table = op.create_table(
        "suppressions",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("customer_id", _NUMBER, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_suppressions_customer_id_customers"),
        sa.PrimaryKeyConstraint("id", name="pk_suppressions"),
        sa.UniqueConstraint("channel", "address", name="uq_suppressions_channel_address"),
    )
    customers = sa.table(
        "customers",
        sa.column("id", _NUMBER),
        sa.column("suppressed_at", sa.DateTime(timezone=True)),
        sa.column("suppressed_email", sa.String()),
    )
    rows = op.get_bind().execute(
        sa.select(customers).where(customers.c.suppressed_email.is_not(None)).order_by(customers.c.id)
    )
    kept = {}
    for row in rows:
        kept.setdefault(
            _as_kept(row.suppressed_email),
            {
                "channel": "email",
                "address": _as_kept(row.suppressed_email),
                "customer_id": row.id,
                "at": row.suppressed_at,
                "by": "an earlier version",
                "why": "refused by its mail server, or came back",
            },
        )
    if kept:
        op.bulk_insert(table, list(kept.values()))
    op.drop_column("customers", "suppressed_email")
    op.drop_column("customers", "suppressed_at")
    op.add_column("messages", sa.Column("channel", sa.String(), nullable=False, server_default="email"))


def downgrade() -> None:
    op.drop_column("messages", "channel")
    op.add_column("customers", sa.Column("suppressed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("customers", sa.Column("suppressed_email", sa.String(), nullable=True))
    op.drop_table("suppressions")


def _as_kept(address: str) -> str:
    """As it goes to the mail server, lower-case."""
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}".lower()
    except UnicodeError:
        return address.lower()
