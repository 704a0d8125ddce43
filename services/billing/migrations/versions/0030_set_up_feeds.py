"""set up feeds"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """set up feeds"""
    op.create_table(
        "feed_settings",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("legal_entity", sa.String(), nullable=False),
        sa.Column(
            "feed",
            sa.Enum(
                "netsuite",
                "business_central",
                "quickbooks",
                "xero",
                "datev",
                "intacct",
                name="feed",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column(
            "date_format",
            sa.Enum(
                "MM/DD/YYYY",
                "DD/MM/YYYY",
                "DD.MM.YYYY",
                "YYYY-MM-DD",
                name="date_format",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("subsidiary", sa.String(), nullable=False),
        sa.Column("journal", sa.String(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("receivables_customer", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("DRAFT", "POSTED", name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("consultant", sa.Integer(), nullable=True),
        sa.Column("client", sa.Integer(), nullable=True),
        sa.Column("account_length", sa.Integer(), nullable=False),
        sa.Column("fiscal_year_starts_in", sa.Integer(), nullable=False),
        sa.Column("locks", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_feed_settings")),
        sa.UniqueConstraint(
            "tenant_id",
            "legal_entity",
            "feed",
            "version",
            name=op.f("uq_feed_settings_tenant_id_legal_entity_feed_version"),
        ),
        info={"append_only": True, "audited": False, "counter": None},
    )


def downgrade() -> None:
    """Undo: set up feeds"""
    op.drop_table("feed_settings")
