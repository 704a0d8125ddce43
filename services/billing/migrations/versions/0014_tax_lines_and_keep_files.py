"""tax lines by their product and keep what they went out as"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

CATEGORY = sa.Enum("S", "AE", "Z", "E", "O", name="tax_category", native_enum=False, create_constraint=True, length=40)
HERE = sa.text("nullif(current_setting('app.tenant', true), '')::uuid")
# Until now a document had one tax, which is that of all its lines.
LINES = (("invoice_lines", "invoice_taxes", "invoice_id"), ("credit_note_lines", "credit_note_taxes", "credit_note_id"))


def upgrade() -> None:
    """tax lines by their product and keep what they went out as"""
    op.create_table(
        "invoice_files",
        sa.Column("tenant_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("pdf", "ubl", "timesheet", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "id"],
            ["issued_invoices.tenant_id", "issued_invoices.id"],
            name=op.f("fk_invoice_files_tenant_id_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", "kind", name=op.f("pk_invoice_files")),
        info={"append_only": True, "audited": False, "counter": None},
    )
    for lines, taxes, of in LINES:
        op.add_column(lines, sa.Column("tax_category", CATEGORY, nullable=True))
        op.add_column(lines, sa.Column("tax_rate", sa.Numeric(5, 2), nullable=True))
        for table in (lines, taxes):
            op.execute(f"alter table {table} no force row level security")
        op.execute(
            f"update {lines} l set tax_category = t.category, tax_rate = t.rate from {taxes} t"  # noqa: S608
            f" where t.tenant_id = l.tenant_id and t.{of} = l.{of}"
        )
        for table in (lines, taxes):
            op.execute(f"alter table {table} force row level security")
        op.alter_column(lines, "tax_category", nullable=False)
        op.alter_column(lines, "tax_rate", nullable=False)
    op.add_column("tax_rules", sa.Column("product", sa.String(), server_default="", nullable=False))
    op.alter_column("tax_rules", "product", server_default=None)
    op.drop_constraint(op.f("pk_tax_rules"), "tax_rules", type_="primary")
    op.create_primary_key(op.f("pk_tax_rules"), "tax_rules", ["tenant_id", "legal_entity_id", "territory", "product"])


def downgrade() -> None:
    """Undo: tax lines by their product and keep what they went out as"""
    op.drop_constraint(op.f("pk_tax_rules"), "tax_rules", type_="primary")
    op.drop_column("tax_rules", "product")
    op.create_primary_key(op.f("pk_tax_rules"), "tax_rules", ["tenant_id", "legal_entity_id", "territory"])
    for lines, _, _ in LINES:
        op.drop_column(lines, "tax_rate")
        op.drop_column(lines, "tax_category")
    op.drop_table("invoice_files")
