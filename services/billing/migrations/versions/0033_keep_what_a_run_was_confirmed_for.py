"""keep what a run was confirmed for"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    """keep what a run was confirmed for"""
    op.add_column("billing_runs", sa.Column("most_invoices", sa.Integer(), nullable=True))
    op.add_column("billing_runs", sa.Column("most_net", sa.Numeric(precision=20, scale=6), nullable=True))


def downgrade() -> None:
    """Undo: keep what a run was confirmed for"""
    op.drop_column("billing_runs", "most_net")
    op.drop_column("billing_runs", "most_invoices")
