"""statements that nobody changes, cases that go on one level up, withdrawals and terminations

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_SQLITE = (
    """
    CREATE TRIGGER statements_no_update BEFORE UPDATE ON statements
    BEGIN SELECT RAISE(ABORT, 'a statement is never changed; add another one'); END
    """,
    """
    CREATE TRIGGER statements_no_delete BEFORE DELETE ON statements
    WHEN (SELECT closed_at FROM cases WHERE id = OLD.case_id) IS NULL
    BEGIN SELECT RAISE(ABORT, 'a statement stays as long as its case is open'); END
    """,
)
_POSTGRESQL = (
    """
    CREATE FUNCTION statements_are_final() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            RAISE EXCEPTION 'a statement is never changed; add another one';
        ELSIF (SELECT closed_at FROM cases WHERE id = OLD.case_id) IS NULL THEN
            RAISE EXCEPTION 'a statement stays as long as its case is open';
        END IF;
        RETURN OLD;
    END $$
    """,
    """
    CREATE TRIGGER statements_are_final BEFORE UPDATE OR DELETE ON statements
    FOR EACH ROW EXECUTE FUNCTION statements_are_final()
    """,
)


def upgrade() -> None:
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("level", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("reopens_id", _ID, nullable=True))
        batch_op.create_foreign_key(op.f("fk_cases_reopens_id"), "cases", ["reopens_id"], ["id"])
    with op.batch_alter_table("statements", schema=None) as batch_op:
        batch_op.add_column(sa.Column("recorded_by", sa.String(), nullable=True))
    op.create_table(
        "contract_ends",
        sa.Column("id", _ID, nullable=False),
        sa.Column("customer_id", _ID, nullable=False),
        sa.Column("order_id", _ID, nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("cause_code", sa.String(), nullable=True),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heard_by", sa.String(), nullable=False),
        sa.Column("response_id", _ID, nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.String(), nullable=True),
        sa.Column("dismissed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_contract_ends_customer_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_contract_ends_order_id")),
        sa.ForeignKeyConstraint(["response_id"], ["responses.id"], name=op.f("fk_contract_ends_response_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_ends")),
    )
    op.create_index("ix_contract_ends_customer_id", "contract_ends", ["customer_id"])
    op.create_index("ix_contract_ends_order_id", "contract_ends", ["order_id"])
    for statement in _POSTGRESQL if op.get_bind().dialect.name == "postgresql" else _SQLITE:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER statements_are_final ON statements")
        op.execute("DROP FUNCTION statements_are_final()")
    else:
        op.execute("DROP TRIGGER statements_no_delete")
        op.execute("DROP TRIGGER statements_no_update")
    op.drop_table("contract_ends")
    with op.batch_alter_table("statements", schema=None) as batch_op:
        batch_op.drop_column("recorded_by")
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_cases_reopens_id"), type_="foreignkey")
        batch_op.drop_column("reopens_id")
        batch_op.drop_column("level")
