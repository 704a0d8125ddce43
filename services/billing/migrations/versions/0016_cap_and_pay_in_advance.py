"""cap and pay in advance"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """cap and pay in advance"""

    op.create_table(
        "cap_thresholds",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("contract_line_id", sa.Uuid(), nullable=False),
        sa.Column("cap", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.Column("percent", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("recorded", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contract_line_id"],
            ["contract_lines.tenant_id", "contract_lines.id"],
            name=op.f("fk_cap_thresholds_tenant_id_contract_line_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "contract_line_id", "cap", "percent", name=op.f("pk_cap_thresholds")),
        info={"append_only": True, "audited": False, "counter": None},
    )
    op.alter_column("invoice_lines", "contract_line_id", existing_type=sa.UUID(), nullable=True)


def downgrade() -> None:
    """Undo: cap and pay in advance"""

    op.alter_column("invoice_lines", "contract_line_id", existing_type=sa.UUID(), nullable=False)
    op.drop_table("cap_thresholds")
