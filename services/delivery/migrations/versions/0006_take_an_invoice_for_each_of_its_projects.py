"""take an invoice for each of its projects"""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """take an invoice for each of its projects"""
    op.drop_constraint(op.f("pk_invoiced"), "invoiced", type_="primary")
    op.create_primary_key(op.f("pk_invoiced"), "invoiced", ["tenant_id", "invoice_id", "opportunity_id"])


def downgrade() -> None:
    """Undo: take an invoice for each of its projects"""
    op.drop_constraint(op.f("pk_invoiced"), "invoiced", type_="primary")
    op.create_primary_key(op.f("pk_invoiced"), "invoiced", ["tenant_id", "invoice_id"])
