"""${message}"""

% if down_revision is None:
import sqlalchemy as sa
from alembic import op

from shared import jobs
from shared.messaging import schema as messaging
% else:
import sqlalchemy as sa
from alembic import op
% endif
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """${message}"""
    % if down_revision is None:
    for statement in (*messaging.CREATE, *jobs.DDL):
        op.execute(statement)
    % endif
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Undo: ${message}"""
    ${downgrades if downgrades else "pass"}
    % if down_revision is None:
    op.execute("drop schema msg cascade")
    % endif
