"""credit what was invoiced, whole or in part"""

import sqlalchemy as sa
from alembic import op

from services.billing import constraints

revision = "0013"
down_revision = "0012"

# Rows that stand get what new ones are given: every tenant's, past the wall and the trail, which are put up again.
FILL = (
    "alter table legal_entities no force row level security",
    "alter table legal_entities disable trigger user",
    "update legal_entities set credit_note_series = 'CN-' || invoice_series",
    "alter table legal_entities enable trigger user",
    "alter table legal_entities force row level security",
)


def upgrade() -> None:
    """credit what was invoiced, whole or in part"""
    op.create_table(
        "credit_notes",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("rebills", sa.Boolean(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "approved",
                "issued",
                "discarded",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("prepared_by", sa.String(), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "invoice_id"],
            ["invoices.tenant_id", "invoices.id"],
            name=op.f("fk_credit_notes_tenant_id_invoice_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_credit_notes")),
        info={"append_only": False, "audited": True, "counter": None},
    )
    op.create_index(
        op.f("ix_credit_notes_tenant_id_invoice_id_id"), "credit_notes", ["tenant_id", "invoice_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_credit_notes_tenant_id_status_id"), "credit_notes", ["tenant_id", "status", "id"], unique=False
    )
    op.create_table(
        "credit_note_lines",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("credit_note_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("contract_line_id", sa.Uuid(), nullable=False),
        sa.Column("staffing_role", sa.String(), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("unit_price", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.Column("net", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.Column("service_from", sa.Date(), nullable=False),
        sa.Column("service_before", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contract_line_id"],
            ["contract_lines.tenant_id", "contract_lines.id"],
            name=op.f("fk_credit_note_lines_tenant_id_contract_line_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "credit_note_id"],
            ["credit_notes.tenant_id", "credit_notes.id"],
            name=op.f("fk_credit_note_lines_tenant_id_credit_note_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "credit_note_id", "position", name=op.f("pk_credit_note_lines")),
        info={"append_only": True, "audited": False, "counter": None},
    )
    op.create_table(
        "credit_note_taxes",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("credit_note_id", sa.Uuid(), nullable=False),
        sa.Column(
            "category",
            sa.Enum("S", "AE", "Z", "E", "O", name="category", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("rate", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("net", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.Column("tax", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.Column("reference_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "credit_note_id"],
            ["credit_notes.tenant_id", "credit_notes.id"],
            name=op.f("fk_credit_note_taxes_tenant_id_credit_note_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "credit_note_id", "category", "rate", name=op.f("pk_credit_note_taxes")),
        info={"append_only": True, "audited": False, "counter": None},
    )
    op.create_table(
        "issued_credit_notes",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("net", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.Column("tax", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.Column("gross", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.Column("issued_by", sa.String(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "id"],
            ["credit_notes.tenant_id", "credit_notes.id"],
            name=op.f("fk_issued_credit_notes_tenant_id_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_issued_credit_notes")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_issued_credit_notes_tenant_id_number")),
        info={"append_only": True, "audited": False, "counter": None},
    )
    op.create_table(
        "credit_note_files",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
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
            ["issued_credit_notes.tenant_id", "issued_credit_notes.id"],
            name=op.f("fk_credit_note_files_tenant_id_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", "kind", name=op.f("pk_credit_note_files")),
        info={"append_only": True, "audited": False, "counter": None},
    )
    op.create_table(
        "credited_items",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("credit_note_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("invoiced_position", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "credit_note_id"],
            ["credit_notes.tenant_id", "credit_notes.id"],
            name=op.f("fk_credited_items_tenant_id_credit_note_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "item_id"],
            ["billable_items.tenant_id", "billable_items.id"],
            name=op.f("fk_credited_items_tenant_id_item_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "credit_note_id", "item_id", name=op.f("pk_credited_items")),
        info={"append_only": True, "audited": False, "counter": None},
    )
    op.create_index(
        op.f("ix_credited_items_tenant_id_item_id"), "credited_items", ["tenant_id", "item_id"], unique=False
    )
    op.add_column("legal_entities", sa.Column("credit_note_series", sa.String(), nullable=True))
    for statement in FILL:
        op.execute(statement)
    op.alter_column("legal_entities", "credit_note_series", nullable=False)
    op.create_unique_constraint(
        op.f("uq_legal_entities_tenant_id_credit_note_series"), "legal_entities", ["tenant_id", "credit_note_series"]
    )
    for statement in constraints.choices():
        op.execute(statement)


def downgrade() -> None:
    """Undo: credit what was invoiced, whole or in part"""
    op.drop_constraint(op.f("uq_legal_entities_tenant_id_credit_note_series"), "legal_entities", type_="unique")
    op.drop_column("legal_entities", "credit_note_series")
    op.drop_index(op.f("ix_credited_items_tenant_id_item_id"), table_name="credited_items")
    op.drop_table("credited_items")
    op.drop_table("credit_note_files")
    op.drop_table("issued_credit_notes")
    op.drop_table("credit_note_taxes")
    op.drop_table("credit_note_lines")
    op.drop_index(op.f("ix_credit_notes_tenant_id_status_id"), table_name="credit_notes")
    op.drop_index(op.f("ix_credit_notes_tenant_id_invoice_id_id"), table_name="credit_notes")
    op.drop_table("credit_notes")
