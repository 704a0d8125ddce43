"""credit what no contract line sold"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """credit what no contract line sold"""
    op.alter_column("credit_note_lines", "contract_line_id", existing_type=sa.UUID(), nullable=True)


def downgrade() -> None:
    """Undo: credit what no contract line sold"""
    op.alter_column("credit_note_lines", "contract_line_id", existing_type=sa.UUID(), nullable=False)
