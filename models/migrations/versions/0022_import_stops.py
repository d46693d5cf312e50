"""more changes of one kind than an ordinary import brings wait for a person

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_STANDS = sa.text("settled_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "import_stops",
        sa.Column("id", _ID, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("examples", sa.JSON(), nullable=False),
        sa.Column("found_at", _TIME, nullable=False),
        sa.Column("seen_at", _TIME, nullable=False),
        sa.Column("let_through_at", _TIME, nullable=True),
        sa.Column("let_through_by", sa.String(), nullable=True),
        sa.Column("settled_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_stops")),
    )
    op.create_index(
        "uq_import_stops_standing",
        "import_stops",
        ["source", "about", "kind"],
        unique=True,
        sqlite_where=_STANDS,
        postgresql_where=_STANDS,
    )


def downgrade() -> None:
    op.drop_table("import_stops")
