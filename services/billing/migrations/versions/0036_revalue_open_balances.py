"""revalue open balances"""

from alembic import op

from services.billing import constraints

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    """revalue open balances"""
    for statement in constraints.choices():
        op.execute(statement)


def downgrade() -> None:
    """Undo: revalue open balances"""
