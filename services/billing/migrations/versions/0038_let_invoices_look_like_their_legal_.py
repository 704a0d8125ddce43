"""let invoices look like their legal entity"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0038"
down_revision = "0037"

DESIGN = sa.Enum("classic", "modern", "compact", name="design", native_enum=False, create_constraint=True, length=40)
HERE = sa.text("nullif(current_setting('app.tenant', true), '')::uuid")


def upgrade() -> None:
    """let invoices look like their legal entity"""
    # Until now every invoice looked the same.
    for name, kind, before in (
        ("design", DESIGN, "classic"),
        ("accent", sa.String(length=7), "#1f2937"),
        ("texts", postgresql.JSONB(), "{}"),
    ):
        op.add_column("invoice_layouts", sa.Column(name, kind, server_default=before, nullable=False))
        op.alter_column("invoice_layouts", name, server_default=None)
    op.create_table(
        "invoice_logos",
        sa.Column("tenant_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("legal_entity_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("png", "svg", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "legal_entity_id"],
            ["legal_entities.tenant_id", "legal_entities.id"],
            name=op.f("fk_invoice_logos_tenant_id_legal_entity_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "legal_entity_id", name=op.f("pk_invoice_logos")),
        info={"append_only": False, "audited": False, "counter": None},
    )


def downgrade() -> None:
    """Undo: let invoices look like their legal entity"""
    op.drop_table("invoice_logos")
    for name in ("design", "accent", "texts"):
        op.drop_column("invoice_layouts", name)
