"""recognise what adjustments change"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """recognise what adjustments change"""
    op.add_column(
        "recognition_items", sa.Column("turn", sa.Integer(), server_default="1", autoincrement=False, nullable=False)
    )
    op.drop_constraint("pk_recognition_items", "recognition_items", type_="primary")
    op.create_primary_key("pk_recognition_items", "recognition_items", ["tenant_id", "item_id", "turn"])


def downgrade() -> None:
    """Undo: recognise what adjustments change"""
    # Refused where something was recognised in several turns: that could not be told any more.
    op.drop_constraint("pk_recognition_items", "recognition_items", type_="primary")
    op.create_primary_key("pk_recognition_items", "recognition_items", ["tenant_id", "item_id"])
    op.drop_column("recognition_items", "turn")
