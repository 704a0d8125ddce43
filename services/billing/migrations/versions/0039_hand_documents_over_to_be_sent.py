"""hand documents over to be sent"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    """hand documents over to be sent"""
    op.create_table(
        "hand_overs",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "invoice",
                "credit_note",
                "dunning_letter",
                "statement",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("attachment", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("handed_over_by", sa.String(), nullable=False),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customers.tenant_id", "customers.id"],
            name=op.f("fk_hand_overs_tenant_id_customer_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_hand_overs")),
        sa.UniqueConstraint(
            "tenant_id",
            "kind",
            "document_id",
            "recipient",
            name=op.f("uq_hand_overs_tenant_id_kind_document_id_recipient"),
        ),
        info={"append_only": True, "audited": False, "counter": None},
    )
    op.create_index(
        op.f("ix_hand_overs_tenant_id_customer_id_id"), "hand_overs", ["tenant_id", "customer_id", "id"], unique=False
    )


def downgrade() -> None:
    """Undo: hand documents over to be sent"""
    op.drop_index(op.f("ix_hand_overs_tenant_id_customer_id_id"), table_name="hand_overs")
    op.drop_table("hand_overs")
