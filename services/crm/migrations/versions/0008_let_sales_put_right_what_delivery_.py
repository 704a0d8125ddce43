"""let sales put right what delivery returned"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """let sales put right what delivery returned"""
    allow_states("accepted", "returned", "closed_anew")
    op.add_column("handoffs", sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        op.f("ix_handoffs_tenant_id_opportunity_id"),
        "handoffs",
        ["tenant_id", "opportunity_id"],
        unique=False,
        postgresql_where=sa.text("state = 'returned'"),
    )
    op.add_column("opportunities", sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
    op.add_column("opportunities", sa.Column("correction", sa.String(), nullable=True))


def downgrade() -> None:
    """Undo: let sales put right what delivery returned"""
    op.drop_column("opportunities", "correction")
    op.drop_column("opportunities", "revision")
    op.drop_index(
        op.f("ix_handoffs_tenant_id_opportunity_id"),
        table_name="handoffs",
        postgresql_where=sa.text("state = 'returned'"),
    )
    op.drop_column("handoffs", "decided_at")
    allow_states("accepted", "returned")


def allow_states(*states: str) -> None:
    """Let the state of a handoff be one of these; going back fails where one has another."""
    op.drop_constraint(op.f("ck_handoffs_state"), "handoffs")
    known = ", ".join(f"'{one}'" for one in states)
    op.create_check_constraint(op.f("ck_handoffs_state"), "handoffs", f"state in ({known})")
