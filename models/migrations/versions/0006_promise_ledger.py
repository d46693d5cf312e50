"""The promise ledger: kinds, states and chains of commitments, and the rungs of ladders

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OPEN = sa.text("done_at IS NULL")
_RAISED = sa.text("done_at IS NULL AND told_id IS NOT NULL")
_SLIPPED = sa.text("state IN ('late', 'broken')")
_OPEN_DELIVERY = sa.text("done_at IS NULL AND kind = 'delivery'")
_OPEN_LISTENING = sa.text("done_at IS NULL AND kind = 'listening-call'")


def upgrade() -> None:
    op.add_column("orders", sa.Column("delay_reason", sa.String(), nullable=True))
    op.add_column("follow_ups", sa.Column("audience", sa.String(), nullable=True))
    with op.batch_alter_table("commitments", schema=None) as batch_op:
        batch_op.drop_index("ix_commitments_open")
        batch_op.add_column(sa.Column("words", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("state", sa.String(), nullable=False, server_default="open"))
        batch_op.add_column(sa.Column("root_id", _ID, nullable=True))
        batch_op.add_column(sa.Column("breaks", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("level", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("told_id", _ID, nullable=True))
        batch_op.add_column(sa.Column("acted_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("acknowledged_by_id", _ID, nullable=True))
        batch_op.add_column(sa.Column("acknowledged_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("snoozes", sa.Integer(), nullable=False, server_default="0"))
        batch_op.create_foreign_key(op.f("fk_commitments_root_id"), "commitments", ["root_id"], ["id"])
        batch_op.create_foreign_key(op.f("fk_commitments_told_id"), "staff", ["told_id"], ["id"])
        batch_op.create_foreign_key(
            op.f("fk_commitments_acknowledged_by_id"), "staff", ["acknowledged_by_id"], ["id"]
        )
    # Before this version nothing was closed but by an outcome, so the times alone tell how it ended.
    op.execute(
        "UPDATE commitments SET state = CASE WHEN done_at <= due_at THEN 'kept' ELSE 'late' END "
        "WHERE done_at IS NOT NULL"
    )
    with op.batch_alter_table("commitments", schema=None) as batch_op:
        _index(batch_op, "ix_commitments_open", ["kind", "due_at"], _OPEN)
        _index(batch_op, "ix_commitments_owner_id", ["owner_id", "due_at"], _OPEN)
        _index(batch_op, "ix_commitments_raised", ["told_id"], _RAISED)
        _index(batch_op, "ix_commitments_slipped", ["done_at"], _SLIPPED)
        batch_op.create_index("ix_commitments_subject", ["subject_type", "subject_id"], unique=False)
        _index(batch_op, "uq_commitments_delivery", ["subject_id"], _OPEN_DELIVERY, unique=True)
        _index(batch_op, "uq_commitments_listening", ["case_id"], _OPEN_LISTENING, unique=True)


def _index(batch_op, name, columns, where, *, unique=False):
    batch_op.create_index(name, columns, unique=unique, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    with op.batch_alter_table("commitments", schema=None) as batch_op:
        for name in ("delivery", "listening"):
            batch_op.drop_index(f"uq_commitments_{name}")
        for name in ("subject", "slipped", "raised", "owner_id", "open"):
            batch_op.drop_index(f"ix_commitments_{name}")
        for name in ("acknowledged_by_id", "told_id", "root_id"):
            batch_op.drop_constraint(op.f(f"fk_commitments_{name}"), type_="foreignkey")
        for name in (
            "snoozes", "snoozed_until", "acknowledged_until", "acknowledged_by_id", "acted_at", "told_id",
            "level", "breaks", "root_id", "state", "words",
        ):
            batch_op.drop_column(name)
        _index(batch_op, "ix_commitments_open", ["due_at"], _OPEN)
    op.drop_column("follow_ups", "audience")
    op.drop_column("orders", "delay_reason")
