"""lay out the lines of invoices"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

BEFORE = ("role", "person", "task", "line")
SINCE = ("project", "entry")


def upgrade() -> None:
    """lay out the lines of invoices"""
    op.create_table(
        "invoice_layouts",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("legal_entity_id", sa.Uuid(), nullable=False),
        sa.Column(
            "grouping",
            sa.Enum(
                "role",
                "person",
                "project",
                "task",
                "entry",
                "line",
                name="grouping",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("wording", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "legal_entity_id"],
            ["legal_entities.tenant_id", "legal_entities.id"],
            name=op.f("fk_invoice_layouts_tenant_id_legal_entity_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "legal_entity_id", name=op.f("pk_invoice_layouts")),
        info={"append_only": False, "audited": True, "counter": None},
    )
    op.alter_column("billing_runs", "grouping", existing_type=sa.VARCHAR(length=40), nullable=True)
    op.alter_column("billing_runs", "wording", existing_type=sa.VARCHAR(), nullable=True)
    group_by(*BEFORE, *SINCE)


def downgrade() -> None:
    """Undo: lay out the lines of invoices"""
    op.execute("alter table billing_runs no force row level security")
    op.execute("update billing_runs set wording = '{line}' where wording is null")
    op.execute("update billing_runs set grouping = 'role' where grouping is null or grouping in ('project', 'entry')")
    op.execute("alter table billing_runs force row level security")
    group_by(*BEFORE)
    op.alter_column("billing_runs", "wording", existing_type=sa.VARCHAR(), nullable=False)
    op.alter_column("billing_runs", "grouping", existing_type=sa.VARCHAR(length=40), nullable=False)
    op.drop_table("invoice_layouts")


def group_by(*groupings: str) -> None:
    """Let runs have these groupings."""
    op.execute("alter table billing_runs drop constraint ck_billing_runs_grouping")
    known = ", ".join(f"'{one}'" for one in groupings)
    op.execute(f"alter table billing_runs add constraint ck_billing_runs_grouping check (grouping in ({known}))")
