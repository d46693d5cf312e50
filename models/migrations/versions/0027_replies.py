"""mails that our own people wrote at the desk

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "replies",
        sa.Column("id", _ID, nullable=False),
        sa.Column("press", sa.String(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("commitment_id", sa.BigInteger(), nullable=True),
        sa.Column("inbound_id", sa.BigInteger(), nullable=True),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("in_reply_to", sa.String(), nullable=True),
        sa.Column("thread", sa.JSON(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_replies_customer_id_customers"),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitments.id"], name="fk_replies_commitment_id_commitments"),
        sa.ForeignKeyConstraint(["inbound_id"], ["inbound.id"], name="fk_replies_inbound_id_inbound"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_replies_staff_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_replies"),
        sa.UniqueConstraint("press", name="uq_replies_press"),
    )
    op.create_index("ix_replies_customer_id", "replies", ["customer_id"])
    op.create_index("ix_replies_commitment_id", "replies", ["commitment_id"])


def downgrade() -> None:
    op.drop_table("replies")
