"""keep what was paid on"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    """keep what was paid on"""
    op.add_column(
        "recognised_lines", sa.Column("paid_on", sa.Numeric(precision=20, scale=6), server_default="0", nullable=False)
    )


def downgrade() -> None:
    """Undo: keep what was paid on"""
    op.drop_column("recognised_lines", "paid_on")
