"""let an ERP receive its own"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """let an ERP receive its own"""
    op.add_column("batch_receivers", sa.Column("target", sa.String(), nullable=True))


def downgrade() -> None:
    """Undo: let an ERP receive its own"""
    op.drop_column("batch_receivers", "target")
