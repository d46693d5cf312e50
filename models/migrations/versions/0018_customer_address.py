"""what a dossier for credit recovery needs of a customer: postal address and tax number

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_COLUMNS = ("postal_address", "tax_number")


def upgrade() -> None:
    for name in _COLUMNS:
        op.add_column("customers", sa.Column(name, sa.String(), nullable=True))


def downgrade() -> None:
    for name in _COLUMNS:
        op.drop_column("customers", name)
