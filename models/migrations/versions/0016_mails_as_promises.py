"""a mail that waits for a person is a promise, whosever it is; waiting counts from when the customer spoke

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_ITSELF = {"resolve_fks": False}
"""The tables that it refers to have indexes of expressions, which reflection does not know."""
_OPEN_MAIL = sa.text("done_at IS NULL AND kind = 'mail'")


def upgrade() -> None:
    with op.batch_alter_table("commitments", reflect_kwargs=_ITSELF) as table:
        table.alter_column("customer_id", existing_type=sa.BigInteger(), nullable=True)
        table.add_column(sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cases", sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_commitments_mail",
        "commitments",
        ["inbound_id"],
        sqlite_where=_OPEN_MAIL,
        postgresql_where=_OPEN_MAIL,
    )
    op.execute(
        "UPDATE commitments SET asked_at = (SELECT received_at FROM inbound WHERE inbound.id = commitments.inbound_id)"
        " WHERE done_at IS NULL AND inbound_id IS NOT NULL"
    )


def downgrade() -> None:
    op.execute("DELETE FROM commitments WHERE customer_id IS NULL")
    op.drop_index("ix_commitments_mail", "commitments")
    op.drop_column("cases", "asked_at")
    with op.batch_alter_table("commitments", reflect_kwargs=_ITSELF) as table:
        table.drop_column("asked_at")
        table.alter_column("customer_id", existing_type=sa.BigInteger(), nullable=False)
