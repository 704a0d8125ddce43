"""keep measurements in one place"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

# What delivery measured is in the other table already; what was stated comes to it.
STATED = """
insert into progress_measurements (tenant_id, id, project_id, contract_line_id, method, measured_on, numerator,
                                   denominator, currency, measured_by, reason)
select stated.tenant_id, stated.id, stated.project_id, stated.contract_line_id, stated.method, stated.measured_on,
       stated.numerator, stated.denominator, contract.currency, stated.measured_by, stated.reason
from fee_measurements stated
join contracts contract on contract.tenant_id = stated.tenant_id and contract.id = stated.contract_id
where stated.method = 'stated'
"""
BACK = """
insert into fee_measurements (tenant_id, id, contract_id, project_id, contract_line_id, method, measured_on, numerator,
                              denominator, measured_by, reason)
select one.tenant_id, one.id, contract.id, one.project_id, one.contract_line_id, one.method, one.measured_on,
       one.numerator, one.denominator, one.measured_by, one.reason
from progress_measurements one
join contracts contract on contract.tenant_id = one.tenant_id and one.project_id in (contract.project_id, contract.id)
"""


KEPT = ("fee_measurements", "progress_measurements", "contracts")


def forced(is_on: bool, *tables: str) -> None:
    """Let the owner see every tenant's rows, or no more."""
    for table in tables:
        op.execute(f"alter table {table} {'' if is_on else 'no'} force row level security")


def upgrade() -> None:
    """keep measurements in one place"""
    op.add_column("progress_measurements", sa.Column("reason", sa.Text(), server_default="", nullable=False))
    forced(False, *KEPT)
    op.execute(STATED)
    op.drop_table("fee_measurements")
    forced(True, *KEPT[1:])


def downgrade() -> None:
    """Undo: keep measurements in one place"""
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
    forced(False, *KEPT[1:])
    op.execute(BACK)
    forced(True, *KEPT[1:])
    op.drop_column("progress_measurements", "reason")
