"""answers by message, and invoices that are said to be paid

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('responses', schema=None) as batch_op:
        batch_op.add_column(sa.Column('message_key', sa.String(), nullable=True))
        batch_op.create_index('ix_responses_message_key', ['message_key'], unique=False)

    responses = sa.table('responses', sa.column('ref', sa.String()), sa.column('message_key', sa.String()), sa.column('channel', sa.String()))
    is_postgres = op.get_bind().dialect.name == 'postgresql'
    colon = sa.func.strpos(responses.c.ref, ':') if is_postgres else sa.func.instr(responses.c.ref, ':')
    op.execute(
        responses.update()
        .where(responses.c.channel == 'page', colon > 1)
        .values(message_key=sa.func.substr(responses.c.ref, 1, colon - 1))
    )

    with op.batch_alter_table('invoices', schema=None) as batch_op:
        batch_op.add_column(sa.Column('said_paid_until', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index('ix_invoices_said_paid_until', ['said_paid_until'], unique=False, sqlite_where=sa.text('said_paid_until IS NOT NULL'), postgresql_where=sa.text('said_paid_until IS NOT NULL'))


def downgrade() -> None:
    with op.batch_alter_table('invoices', schema=None) as batch_op:
        batch_op.drop_index('ix_invoices_said_paid_until', sqlite_where=sa.text('said_paid_until IS NOT NULL'), postgresql_where=sa.text('said_paid_until IS NOT NULL'))
        batch_op.drop_column('said_paid_until')

    with op.batch_alter_table('responses', schema=None) as batch_op:
        batch_op.drop_index('ix_responses_message_key')
        batch_op.drop_column('message_key')
