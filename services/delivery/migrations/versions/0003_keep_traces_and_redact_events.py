"""keep traces and redact events"""

from alembic import op

from shared import traces
from shared.operations import redaction

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """keep traces and redact events"""
    for statement in (*traces.UP, *redaction.UP):
        op.execute(statement)


def downgrade() -> None:
    """Undo: keep traces and redact events"""
    for statement in (*redaction.DOWN, *traces.DOWN):
        op.execute(statement)
