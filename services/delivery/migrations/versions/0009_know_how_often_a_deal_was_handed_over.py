"""know how often a deal was handed over"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """know how often a deal was handed over"""
    op.add_column("handoffs", sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
    op.add_column("handoffs", sa.Column("correction", sa.String(), nullable=True))


def downgrade() -> None:
    """Undo: know how often a deal was handed over"""
    op.drop_column("handoffs", "correction")
    op.drop_column("handoffs", "revision")
