"""a fault of the program or of a text holds its own rows back, and is told once

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "faults",
        sa.Column("id", _ID, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("times_told", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_faults"),
        sa.UniqueConstraint("reason", name="uq_faults_reason"),
    )
    op.create_table(
        "held_rows",
        sa.Column("id", _ID, nullable=False),
        sa.Column("fault_id", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("row_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fault_id"], ["faults.id"], name="fk_held_rows_fault_id_faults"),
        sa.PrimaryKeyConstraint("id", name="pk_held_rows"),
        sa.UniqueConstraint("stage", "row_id", name="uq_held_rows_stage_row_id"),
    )
    op.create_index("ix_held_rows_fault_id", "held_rows", ["fault_id"])


def downgrade() -> None:
    op.drop_table("held_rows")
    op.drop_table("faults")
