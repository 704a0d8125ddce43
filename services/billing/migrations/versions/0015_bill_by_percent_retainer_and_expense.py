"""bill by percent retainer and expense"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """bill by percent retainer and expense"""

    op.create_table(
        "purchase_order_draws",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contract_id"],
            ["contracts.tenant_id", "contracts.id"],
            name=op.f("fk_purchase_order_draws_tenant_id_contract_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "document_id", name=op.f("pk_purchase_order_draws")),
        info={"append_only": True, "audited": False, "counter": None},
    )
    op.create_index(
        op.f("ix_purchase_order_draws_tenant_id_contract_id_number"),
        "purchase_order_draws",
        ["tenant_id", "contract_id", "number"],
        unique=False,
    )
    op.create_table(
        "purchase_orders",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("budget", sa.Numeric(precision=20, scale=6), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("noted_by", sa.String(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contract_id"],
            ["contracts.tenant_id", "contracts.id"],
            name=op.f("fk_purchase_orders_tenant_id_contract_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_purchase_orders")),
        info={"append_only": True, "audited": False, "counter": None},
    )
    op.create_index(
        op.f("ix_purchase_orders_tenant_id_contract_id_id"),
        "purchase_orders",
        ["tenant_id", "contract_id", "id"],
        unique=False,
    )
    op.create_table(
        "fee_measurements",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("contract_line_id", sa.Uuid(), nullable=True),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("measured_on", sa.Date(), nullable=False),
        sa.Column("numerator", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.Column("denominator", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.Column("measured_by", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contract_id"],
            ["contracts.tenant_id", "contracts.id"],
            name=op.f("fk_fee_measurements_tenant_id_contract_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contract_line_id"],
            ["contract_lines.tenant_id", "contract_lines.id"],
            name=op.f("fk_fee_measurements_tenant_id_contract_line_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_fee_measurements")),
        info={"append_only": True, "audited": False, "counter": None},
    )
    op.create_index(
        op.f("ix_fee_measurements_tenant_id_contract_id_measured_on_id"),
        "fee_measurements",
        ["tenant_id", "contract_id", "measured_on", "id"],
        unique=False,
    )
    op.add_column("billable_items", sa.Column("expense_id", sa.Uuid(), nullable=True))
    op.add_column("billable_items", sa.Column("cost", sa.Numeric(precision=20, scale=6), nullable=True))
    op.create_unique_constraint(
        op.f("uq_billable_items_tenant_id_expense_id"), "billable_items", ["tenant_id", "expense_id"]
    )
    op.add_column("contracts", sa.Column("purchase_order_noted_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Undo: bill by percent retainer and expense"""

    op.drop_column("contracts", "purchase_order_noted_at")
    op.drop_constraint(op.f("uq_billable_items_tenant_id_expense_id"), "billable_items", type_="unique")
    op.drop_column("billable_items", "cost")
    op.drop_column("billable_items", "expense_id")
    op.drop_index(op.f("ix_fee_measurements_tenant_id_contract_id_measured_on_id"), table_name="fee_measurements")
    op.drop_table("fee_measurements")
    op.drop_index(op.f("ix_purchase_orders_tenant_id_contract_id_id"), table_name="purchase_orders")
    op.drop_table("purchase_orders")
    op.drop_index(op.f("ix_purchase_order_draws_tenant_id_contract_id_number"), table_name="purchase_order_draws")
    op.drop_table("purchase_order_draws")
