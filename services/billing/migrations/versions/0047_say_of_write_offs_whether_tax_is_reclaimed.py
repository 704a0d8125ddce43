"""say of write-offs whether tax is reclaimed"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"


def upgrade() -> None:
    """say of write-offs whether tax is reclaimed"""
    # Those with tax did reclaim it; of the others, what was so little that its tax was rounded away is not known.
    op.add_column("write_offs", sa.Column("reclaims_tax", sa.Boolean(), nullable=True))
    op.execute("alter table write_offs no force row level security")
    op.execute("update write_offs set reclaims_tax = tax > 0")
    op.execute("alter table write_offs force row level security")
    op.alter_column("write_offs", "reclaims_tax", nullable=False)


def downgrade() -> None:
    """Undo: say of write-offs whether tax is reclaimed"""
    op.drop_column("write_offs", "reclaims_tax")
