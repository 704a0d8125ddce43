"""remind of what is late"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    """remind of what is late"""
    op.create_table(
        "dunning_letters",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("legal_entity_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("open", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.Column("fee", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("sent_by", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customers.tenant_id", "customers.id"],
            name=op.f("fk_dunning_letters_tenant_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "legal_entity_id"],
            ["legal_entities.tenant_id", "legal_entities.id"],
            name=op.f("fk_dunning_letters_tenant_id_legal_entity_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_dunning_letters")),
        info={"append_only": True, "audited": False, "counter": None},
    )
    op.create_index(
        op.f("ix_dunning_letters_tenant_id_customer_id_id"),
        "dunning_letters",
        ["tenant_id", "customer_id", "id"],
        unique=False,
    )
    op.create_table(
        "dunning_plans",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("legal_entity_id", sa.Uuid(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "legal_entity_id"],
            ["legal_entities.tenant_id", "legal_entities.id"],
            name=op.f("fk_dunning_plans_tenant_id_legal_entity_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_dunning_plans")),
        info={"append_only": True, "audited": False, "counter": None},
    )
    op.create_index(
        op.f("ix_dunning_plans_tenant_id_legal_entity_id_made_at"),
        "dunning_plans",
        ["tenant_id", "legal_entity_id", "made_at"],
        unique=False,
    )
    op.create_table(
        "dunning_documents",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "id"],
            ["dunning_letters.tenant_id", "dunning_letters.id"],
            name=op.f("fk_dunning_documents_tenant_id_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_dunning_documents")),
        info={"append_only": True, "audited": False, "counter": None},
    )
    op.create_table(
        "dunning_steps",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("days_overdue", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("fee", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "plan_id"],
            ["dunning_plans.tenant_id", "dunning_plans.id"],
            name=op.f("fk_dunning_steps_tenant_id_plan_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "plan_id", "number", name=op.f("pk_dunning_steps")),
        info={"append_only": True, "audited": False, "counter": None},
    )
    op.create_table(
        "dunning_notices",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "proposed", "sent", "left_out", name="status", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=True),
        sa.Column("open", sa.Numeric(precision=20, scale=6), nullable=True),
        sa.CheckConstraint(
            "(status = 'sent') = (letter_id is not null)", name=op.f("ck_dunning_notices_is_on_a_letter_once_sent")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "invoice_id"],
            ["issued_invoices.tenant_id", "issued_invoices.id"],
            name=op.f("fk_dunning_notices_tenant_id_invoice_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "letter_id"],
            ["dunning_letters.tenant_id", "dunning_letters.id"],
            name=op.f("fk_dunning_notices_tenant_id_letter_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "plan_id"],
            ["dunning_plans.tenant_id", "dunning_plans.id"],
            name=op.f("fk_dunning_notices_tenant_id_plan_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_dunning_notices")),
        sa.UniqueConstraint(
            "tenant_id", "invoice_id", "step", name=op.f("uq_dunning_notices_tenant_id_invoice_id_step")
        ),
        info={"append_only": False, "audited": True, "counter": None},
    )
    op.create_index(
        op.f("ix_dunning_notices_tenant_id_letter_id"),
        "dunning_notices",
        ["tenant_id", "letter_id"],
        unique=False,
        postgresql_where=sa.text("letter_id is not null"),
    )
    op.create_index(
        op.f("ix_dunning_notices_tenant_id_status_id"), "dunning_notices", ["tenant_id", "status", "id"], unique=False
    )
    op.create_table(
        "dunning_pauses",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("invoice_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("paused_by", sa.String(), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_by", sa.String(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(customer_id is null) <> (invoice_id is null)", name=op.f("ck_dunning_pauses_is_of_one")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customers.tenant_id", "customers.id"],
            name=op.f("fk_dunning_pauses_tenant_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "invoice_id"],
            ["issued_invoices.tenant_id", "issued_invoices.id"],
            name=op.f("fk_dunning_pauses_tenant_id_invoice_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_dunning_pauses")),
        info={"append_only": False, "audited": True, "counter": None},
    )
    op.create_index(
        op.f("ix_dunning_pauses_tenant_id_customer_id"),
        "dunning_pauses",
        ["tenant_id", "customer_id"],
        unique=False,
        postgresql_where=sa.text("lifted_at is null"),
    )
    op.create_index(
        op.f("ix_dunning_pauses_tenant_id_invoice_id"),
        "dunning_pauses",
        ["tenant_id", "invoice_id"],
        unique=False,
        postgresql_where=sa.text("lifted_at is null"),
    )


def downgrade() -> None:
    """Undo: remind of what is late"""
    op.drop_index(
        op.f("ix_dunning_pauses_tenant_id_invoice_id"),
        table_name="dunning_pauses",
        postgresql_where=sa.text("lifted_at is null"),
    )
    op.drop_index(
        op.f("ix_dunning_pauses_tenant_id_customer_id"),
        table_name="dunning_pauses",
        postgresql_where=sa.text("lifted_at is null"),
    )
    op.drop_table("dunning_pauses")
    op.drop_index(op.f("ix_dunning_notices_tenant_id_status_id"), table_name="dunning_notices")
    op.drop_index(
        op.f("ix_dunning_notices_tenant_id_letter_id"),
        table_name="dunning_notices",
        postgresql_where=sa.text("letter_id is not null"),
    )
    op.drop_table("dunning_notices")
    op.drop_table("dunning_steps")
    op.drop_table("dunning_documents")
    op.drop_index(op.f("ix_dunning_plans_tenant_id_legal_entity_id_made_at"), table_name="dunning_plans")
    op.drop_table("dunning_plans")
    op.drop_index(op.f("ix_dunning_letters_tenant_id_customer_id_id"), table_name="dunning_letters")
    op.drop_table("dunning_letters")
