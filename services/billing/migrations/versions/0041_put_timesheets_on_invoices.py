"""put timesheets on invoices"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    """put timesheets on invoices"""
    op.create_table(
        "timesheet_annexes",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("is_wanted", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contract_id"],
            ["contracts.tenant_id", "contracts.id"],
            name=op.f("fk_timesheet_annexes_tenant_id_contract_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "contract_id", name=op.f("pk_timesheet_annexes")),
        info={"append_only": False, "audited": True, "counter": None},
    )


def downgrade() -> None:
    """Undo: put timesheets on invoices"""
    op.drop_table("timesheet_annexes")
