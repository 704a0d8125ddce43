"""settle positions and take entries from outside"""

from collections.abc import Sequence

from alembic import op

revision = "0004"
down_revision = "0003"

ROLES = ("receivable", "contract_asset", "contract_liability", "revenue", "output_tax", "cash", "rounding")
KINDS = ("invoice", "recognition", "reversal", "adjustment")
MORE_ROLES = ("reimbursable_revenue", "recoverable", "loss_provision", "contract_loss")
MORE_KINDS = ("position", "accrual", "outside")


def upgrade() -> None:
    """settle positions and take entries from outside"""
    allow("posting_roles", "role", (*ROLES, *MORE_ROLES))
    allow("journal_lines", "role", (*ROLES, *MORE_ROLES))
    allow("journal_entries", "source_kind", (*KINDS, *MORE_KINDS))


def downgrade() -> None:
    """Undo: settle positions and take entries from outside"""
    allow("posting_roles", "role", ROLES)
    allow("journal_lines", "role", ROLES)
    allow("journal_entries", "source_kind", KINDS)


def allow(table: str, column: str, values: Sequence[str]) -> None:
    """Let `column` have these values and no others."""
    listed = ", ".join(f"'{value}'" for value in values)
    op.execute(f"alter table {table} drop constraint ck_{table}_{column}")
    op.execute(f"alter table {table} add constraint ck_{table}_{column} check ({column} in ({listed}))")
