"""note an invoice on each of its deals"""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """note an invoice on each of its deals"""
    op.drop_constraint(op.f("pk_invoices"), "invoices", type_="primary")
    op.create_primary_key(op.f("pk_invoices"), "invoices", ["tenant_id", "invoice_id", "opportunity_id"])


def downgrade() -> None:
    """Undo: note an invoice on each of its deals"""
    op.drop_constraint(op.f("pk_invoices"), "invoices", type_="primary")
    op.create_primary_key(op.f("pk_invoices"), "invoices", ["tenant_id", "invoice_id"])
