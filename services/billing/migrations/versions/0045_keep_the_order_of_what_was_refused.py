"""keep the order of what was refused"""

from alembic import op

from shared.messaging import schema as messaging

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    """keep the order of what was refused"""
    for statement in messaging.KEEP_ORDER_UP:
        op.execute(statement)


def downgrade() -> None:
    """Undo: keep the order of what was refused"""
    for statement in messaging.KEEP_ORDER_DOWN:
        op.execute(statement)
