"""write invoices in the language of the customer"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"

LANGUAGE = sa.Enum("en", "de", "fr", name="language", native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    """write invoices in the language of the customer"""
    # Until now every invoice was in English.
    for table in ("invoices", "invoice_layouts"):
        op.add_column(table, sa.Column("language", LANGUAGE, server_default="en", nullable=False))
        op.alter_column(table, "language", server_default=None)
    op.add_column("invoice_preferences", sa.Column("language", LANGUAGE, nullable=True))
    op.add_column("tax_rules", sa.Column("texts", postgresql.JSONB(), server_default="{}", nullable=False))
    op.alter_column("tax_rules", "texts", server_default=None)


def downgrade() -> None:
    """Undo: write invoices in the language of the customer"""
    op.drop_column("tax_rules", "texts")
    for table in ("invoices", "invoice_layouts", "invoice_preferences"):
        op.drop_column(table, "language")
