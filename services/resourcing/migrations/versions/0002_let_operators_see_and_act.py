"""let operators see and act"""

from alembic import op

from shared import operations

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """let operators see and act"""
    for statement in operations.UP:
        op.execute(statement)


def downgrade() -> None:
    """Undo: let operators see and act"""
    for statement in operations.DOWN:
        op.execute(statement)
