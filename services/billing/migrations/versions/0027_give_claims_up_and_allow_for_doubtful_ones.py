"""give claims up and allow for doubtful ones"""

import sqlalchemy as sa
from alembic import op

from services.billing import constraints

revision = "0027"
down_revision = "0026"

SETTLES = ("payment", "rounding", "credit_note")
GIVEN_UP = ("write_off", "recovery")


def upgrade() -> None:
    """give claims up and allow for doubtful ones"""
    for statement in constraints.choices():
        op.execute(statement)
    _choose(SETTLES + GIVEN_UP)
    op.create_table(
        "allowance_policies",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("legal_entity_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("percents", sa.ARRAY(sa.Numeric(precision=5, scale=2)), nullable=False),
        sa.Column("leaves_out_tax", sa.Boolean(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("cardinality(percents) = 5", name=op.f("ck_allowance_policies_has_every_band")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "legal_entity_id"],
            ["legal_entities.tenant_id", "legal_entities.id"],
            name=op.f("fk_allowance_policies_tenant_id_legal_entity_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_allowance_policies")),
        info={"append_only": True, "audited": False, "counter": None},
    )
    op.create_index(
        op.f("ix_allowance_policies_tenant_id_legal_entity_id_starts_on"),
        "allowance_policies",
        ["tenant_id", "legal_entity_id", "starts_on"],
        unique=False,
    )
    op.create_table(
        "allowance_runs",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("legal_entity_id", sa.Uuid(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("policy_id", sa.Uuid(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "legal_entity_id"],
            ["legal_entities.tenant_id", "legal_entities.id"],
            name=op.f("fk_allowance_runs_tenant_id_legal_entity_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "policy_id"],
            ["allowance_policies.tenant_id", "allowance_policies.id"],
            name=op.f("fk_allowance_runs_tenant_id_policy_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_allowance_runs")),
        info={"append_only": True, "audited": False, "counter": None},
    )
    op.create_index(
        op.f("ix_allowance_runs_tenant_id_legal_entity_id_as_of"),
        "allowance_runs",
        ["tenant_id", "legal_entity_id", "as_of"],
        unique=False,
    )
    op.create_table(
        "allowance_parts",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("band", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("open", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.Column("percent", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("allowance", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "run_id"],
            ["allowance_runs.tenant_id", "allowance_runs.id"],
            name=op.f("fk_allowance_parts_tenant_id_run_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "run_id", "currency", "band", name=op.f("pk_allowance_parts")),
        info={"append_only": True, "audited": False, "counter": None},
    )
    op.create_table(
        "allowance_totals",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("wanted", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.Column("stood", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "run_id"],
            ["allowance_runs.tenant_id", "allowance_runs.id"],
            name=op.f("fk_allowance_totals_tenant_id_run_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "run_id", "currency", name=op.f("pk_allowance_totals")),
        info={"append_only": True, "audited": False, "counter": None},
    )
    op.create_table(
        "write_offs",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.Column("tax", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "proposed", "approved", "refused", name="status", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "charged_to",
            sa.Enum("allowance", "bad_debt", name="charged_to", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("written_off_on", sa.Date(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_because", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount > 0 and tax >= 0 and tax <= amount", name=op.f("ck_write_offs_is_money")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "invoice_id"],
            ["issued_invoices.tenant_id", "issued_invoices.id"],
            name=op.f("fk_write_offs_tenant_id_invoice_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_write_offs")),
        info={"append_only": False, "audited": True, "counter": None},
    )
    op.create_index(
        op.f("ix_write_offs_tenant_id_invoice_id_id"), "write_offs", ["tenant_id", "invoice_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_write_offs_tenant_id_status_id"), "write_offs", ["tenant_id", "status", "id"], unique=False
    )


def downgrade() -> None:
    """Undo: give claims up and allow for doubtful ones"""
    op.drop_index(op.f("ix_write_offs_tenant_id_status_id"), table_name="write_offs")
    op.drop_index(op.f("ix_write_offs_tenant_id_invoice_id_id"), table_name="write_offs")
    op.drop_table("write_offs")
    op.drop_table("allowance_totals")
    op.drop_table("allowance_parts")
    op.drop_index(op.f("ix_allowance_runs_tenant_id_legal_entity_id_as_of"), table_name="allowance_runs")
    op.drop_table("allowance_runs")
    op.drop_index(op.f("ix_allowance_policies_tenant_id_legal_entity_id_starts_on"), table_name="allowance_policies")
    op.drop_table("allowance_policies")
    _choose(SETTLES)


def _choose(kinds: tuple[str, ...]) -> None:
    known = ", ".join(f"'{kind}'" for kind in kinds)
    op.execute("alter table settlements drop constraint ck_settlements_kind")
    op.execute(f"alter table settlements add constraint ck_settlements_kind check (kind in ({known}))")
