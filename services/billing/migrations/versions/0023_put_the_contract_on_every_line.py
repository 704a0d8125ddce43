"""put the contract on every line"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

# Until now a document was of one contract, which is that of all its lines.
OF_INVOICES = """
update invoice_lines line set contract_id = invoice.contract_id from invoices invoice
where invoice.tenant_id = line.tenant_id and invoice.id = line.invoice_id
"""
OF_CREDIT_NOTES = """
update credit_note_lines line set contract_id = invoice.contract_id
from credit_notes note join invoices invoice on invoice.tenant_id = note.tenant_id and invoice.id = note.invoice_id
where note.tenant_id = line.tenant_id and note.id = line.credit_note_id
"""
LINES = ("invoice_lines", "credit_note_lines")
READ = ("invoices", "credit_notes", *LINES)
DRAWS = "purchase_order_draws"


def upgrade() -> None:
    """put the contract on every line"""
    for lines in LINES:
        op.add_column(lines, sa.Column("contract_id", sa.Uuid(), nullable=True))
    for table in READ:
        op.execute(f"alter table {table} no force row level security")
    op.execute(OF_INVOICES)
    op.execute(OF_CREDIT_NOTES)
    for table in READ:
        op.execute(f"alter table {table} force row level security")
    for lines in LINES:
        op.alter_column(lines, "contract_id", nullable=False)
        op.create_foreign_key(
            op.f(f"fk_{lines}_tenant_id_contract_id"),
            lines,
            "contracts",
            ["tenant_id", "contract_id"],
            ["tenant_id", "id"],
        )
    op.create_index(
        op.f("ix_invoice_lines_tenant_id_contract_id_invoice_id"),
        "invoice_lines",
        ["tenant_id", "contract_id", "invoice_id"],
        unique=False,
    )
    op.drop_index(op.f("ix_invoices_tenant_id_contract_id_id"), table_name="invoices")
    op.drop_constraint(op.f(f"pk_{DRAWS}"), DRAWS, type_="primary")
    op.create_primary_key(op.f(f"pk_{DRAWS}"), DRAWS, ["tenant_id", "document_id", "contract_id"])


def downgrade() -> None:
    """Undo: put the contract on every line"""
    op.drop_constraint(op.f(f"pk_{DRAWS}"), DRAWS, type_="primary")
    op.create_primary_key(op.f(f"pk_{DRAWS}"), DRAWS, ["tenant_id", "document_id"])
    op.create_index(
        op.f("ix_invoices_tenant_id_contract_id_id"), "invoices", ["tenant_id", "contract_id", "id"], unique=False
    )
    op.drop_index(op.f("ix_invoice_lines_tenant_id_contract_id_invoice_id"), table_name="invoice_lines")
    for lines in LINES:
        op.drop_constraint(op.f(f"fk_{lines}_tenant_id_contract_id"), lines, type_="foreignkey")
        op.drop_column(lines, "contract_id")
