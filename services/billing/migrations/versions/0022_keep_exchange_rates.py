"""keep exchange rates"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """keep exchange rates"""
    op.create_table(
        "exchange_rates",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pair", sa.String(length=7), nullable=False),
        sa.Column("base_currency", sa.String(length=3), nullable=False),
        sa.Column("quote_currency", sa.String(length=3), nullable=False),
        sa.Column("rate", sa.Numeric(precision=20, scale=10), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_before", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.CheckConstraint("ends_before > starts_on", name=op.f("ck_exchange_rates_ends_after_it_starts")),
        sa.CheckConstraint("rate > 0", name=op.f("ck_exchange_rates_is_worth_something")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_exchange_rates")),
        sa.UniqueConstraint(
            "tenant_id", "pair", "starts_on", "version", name=op.f("uq_exchange_rates_tenant_id_pair_starts_on_version")
        ),
        info={"append_only": True, "audited": False, "counter": None},
    )
    op.create_index(
        op.f("ix_exchange_rates_tenant_id_starts_on_id"),
        "exchange_rates",
        ["tenant_id", "starts_on", "id"],
        unique=False,
    )


def downgrade() -> None:
    """Undo: keep exchange rates"""
    op.drop_index(op.f("ix_exchange_rates_tenant_id_starts_on_id"), table_name="exchange_rates")
    op.drop_table("exchange_rates")
