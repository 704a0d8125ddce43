"""amend contracts"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

METHODS = ("time_and_materials", "fixed_fee_milestone")
MORE_METHODS = ("time_and_materials_capped", "fixed_fee_percent", "retainer", "expense")


def upgrade() -> None:
    """amend contracts"""
    allow_methods(*METHODS, *MORE_METHODS)
    op.create_table(
        "amendments",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("approved_on", sa.Date(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("client_approver", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("new_ends_before", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contract_id"],
            ["contracts.tenant_id", "contracts.id"],
            name=op.f("fk_amendments_tenant_id_contract_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_amendments")),
        info={"append_only": True, "audited": False, "counter": None},
    )
    op.create_index(
        op.f("ix_amendments_tenant_id_contract_id_effective_on"),
        "amendments",
        ["tenant_id", "contract_id", "effective_on"],
        unique=False,
    )
    op.create_table(
        "amended_lines",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("amendment_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("amount_delta", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.Column("minutes_delta", sa.Integer(), nullable=True),
        sa.Column("cap_delta", sa.Numeric(precision=20, scale=6), nullable=True),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "time_and_materials",
                "time_and_materials_capped",
                "fixed_fee_milestone",
                "fixed_fee_percent",
                "retainer",
                "expense",
                name="method",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("staffing_role", sa.String(), nullable=True),
        sa.Column("hourly_rate", sa.Numeric(precision=20, scale=6), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "amendment_id"],
            ["amendments.tenant_id", "amendments.id"],
            name=op.f("fk_amended_lines_tenant_id_amendment_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "amendment_id", "line_id", name=op.f("pk_amended_lines")),
        info={"append_only": True, "audited": False, "counter": None},
    )
    op.create_index(op.f("ix_amended_lines_tenant_id_line_id"), "amended_lines", ["tenant_id", "line_id"], unique=False)
    op.add_column("contract_lines", sa.Column("cap", sa.Numeric(precision=20, scale=6), nullable=True))
    op.add_column("contract_lines", sa.Column("monthly_fee", sa.Numeric(precision=20, scale=6), nullable=True))
    op.add_column("contract_lines", sa.Column("monthly_minutes", sa.Integer(), nullable=True))
    op.add_column("contract_lines", sa.Column("rollover_months", sa.Integer(), nullable=True))
    op.add_column("contract_lines", sa.Column("overage_rate", sa.Numeric(precision=20, scale=6), nullable=True))
    op.add_column("contract_lines", sa.Column("markup_percent", sa.Numeric(precision=20, scale=6), nullable=True))
    op.add_column(
        "contract_lines", sa.Column("is_agent", sa.Boolean(), nullable=False, server_default=sa.text("false"))
    )
    op.alter_column("contract_lines", "is_agent", server_default=None)
    op.add_column("contract_lines", sa.Column("recognition_method", sa.String(), nullable=True))
    op.add_column("contract_lines", sa.Column("added_by", sa.Uuid(), nullable=True))
    op.add_column("contracts", sa.Column("purchase_order_budget", sa.Numeric(precision=20, scale=6), nullable=True))
    op.add_column("contracts", sa.Column("billing_increment_minutes", sa.Integer(), nullable=True))
    op.add_column("contracts", sa.Column("deposit", sa.Numeric(precision=20, scale=6), nullable=True))


def downgrade() -> None:
    """Undo: amend contracts"""
    op.drop_column("contracts", "deposit")
    op.drop_column("contracts", "billing_increment_minutes")
    op.drop_column("contracts", "purchase_order_budget")
    op.drop_column("contract_lines", "added_by")
    op.drop_column("contract_lines", "recognition_method")
    op.drop_column("contract_lines", "is_agent")
    op.drop_column("contract_lines", "markup_percent")
    op.drop_column("contract_lines", "overage_rate")
    op.drop_column("contract_lines", "rollover_months")
    op.drop_column("contract_lines", "monthly_minutes")
    op.drop_column("contract_lines", "monthly_fee")
    op.drop_column("contract_lines", "cap")
    op.drop_index(op.f("ix_amended_lines_tenant_id_line_id"), table_name="amended_lines")
    op.drop_table("amended_lines")
    op.drop_index(op.f("ix_amendments_tenant_id_contract_id_effective_on"), table_name="amendments")
    op.drop_table("amendments")
    allow_methods(*METHODS)


def allow_methods(*values: str) -> None:
    """Let a contract line be billed by these methods and no others."""
    listed = ", ".join(f"'{value}'" for value in values)
    op.execute("alter table contract_lines drop constraint ck_contract_lines_method")
    op.execute(f"alter table contract_lines add constraint ck_contract_lines_method check (method in ({listed}))")
