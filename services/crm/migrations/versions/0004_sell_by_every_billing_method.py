"""sell by every billing method"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

FIRST = ("time_and_materials", "fixed_fee_milestone")
SINCE = ("time_and_materials_capped", "fixed_fee_percent", "retainer", "expense")


def upgrade() -> None:
    """sell by every billing method"""
    allow_methods(*FIRST, *SINCE)
    op.add_column("opportunities", sa.Column("purchase_order_budget", sa.Numeric(precision=20, scale=6), nullable=True))
    op.add_column("opportunities", sa.Column("billing_increment_minutes", sa.Integer(), nullable=True))
    op.add_column("opportunities", sa.Column("deposit", sa.Numeric(precision=20, scale=6), nullable=True))
    op.add_column("opportunity_lines", sa.Column("cap", sa.Numeric(precision=20, scale=6), nullable=True))
    op.add_column("opportunity_lines", sa.Column("months", sa.Integer(), nullable=True))
    op.add_column("opportunity_lines", sa.Column("monthly_fee", sa.Numeric(precision=20, scale=6), nullable=True))
    op.add_column("opportunity_lines", sa.Column("monthly_minutes", sa.Integer(), nullable=True))
    op.add_column("opportunity_lines", sa.Column("rollover_months", sa.Integer(), nullable=True))
    op.add_column("opportunity_lines", sa.Column("overage_rate", sa.Numeric(precision=20, scale=6), nullable=True))
    op.add_column("opportunity_lines", sa.Column("markup_percent", sa.Numeric(precision=20, scale=6), nullable=True))
    op.add_column(
        "opportunity_lines", sa.Column("is_agent", sa.Boolean(), nullable=False, server_default=sa.text("false"))
    )
    op.alter_column("opportunity_lines", "is_agent", server_default=None)
    op.add_column(
        "opportunity_lines",
        sa.Column(
            "recognition_method",
            sa.Enum(
                "as_delivered",
                "cost_to_cost",
                "ratable",
                "milestone",
                name="recognition_method",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
    )


def downgrade() -> None:
    """Undo: sell by every billing method"""
    op.drop_column("opportunity_lines", "recognition_method")
    op.drop_column("opportunity_lines", "is_agent")
    op.drop_column("opportunity_lines", "markup_percent")
    op.drop_column("opportunity_lines", "overage_rate")
    op.drop_column("opportunity_lines", "rollover_months")
    op.drop_column("opportunity_lines", "monthly_minutes")
    op.drop_column("opportunity_lines", "monthly_fee")
    op.drop_column("opportunity_lines", "months")
    op.drop_column("opportunity_lines", "cap")
    op.drop_column("opportunities", "deposit")
    op.drop_column("opportunities", "billing_increment_minutes")
    op.drop_column("opportunities", "purchase_order_budget")
    allow_methods(*FIRST)


def allow_methods(*methods: str) -> None:
    """Let the method of a line be one of these; going back fails where a line has another one."""
    op.drop_constraint(op.f("ck_opportunity_lines_method"), "opportunity_lines")
    known = ", ".join(f"'{one}'" for one in methods)
    op.create_check_constraint(op.f("ck_opportunity_lines_method"), "opportunity_lines", f"method in ({known})")
