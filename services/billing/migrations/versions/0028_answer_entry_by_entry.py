"""answer entry by entry"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

WALLED = ("batch_answers", "batch_rejections", "export_batch_entries", "export_batches")
STATUS = sa.Enum(
    "sealed", "partly", "accepted", "rejected", name="status", native_enum=False, create_constraint=True, length=40
)
# Until now the ERP spoke of whole batches, and rejections gave reasons for some entries.
OF_ENTRIES = """
insert into entry_answers (tenant_id, batch_id, entry_id, attempt, verdict, erp_reference, reason)
select said.tenant_id, said.batch_id, held.entry_id, said.attempt, said.verdict, said.erp_reference, why.reason
  from batch_answers said
  join export_batch_entries held on held.tenant_id = said.tenant_id and held.batch_id = said.batch_id
  left join batch_rejections why on why.tenant_id = said.tenant_id and why.batch_id = said.batch_id
       and why.attempt = said.attempt and why.entry_id = held.entry_id
"""
OF_BATCHES = """
update batch_answers said set status = said.verdict,
       accepted = case said.verdict when 'accepted' then batch.entry_count else 0 end,
       rejected = case said.verdict when 'rejected' then batch.entry_count else 0 end
  from export_batches batch where batch.tenant_id = said.tenant_id and batch.id = said.batch_id
"""
BACK = """
insert into batch_rejections (tenant_id, batch_id, attempt, entry_id, reason)
select tenant_id, batch_id, attempt, entry_id, reason from entry_answers where reason is not null
"""


def force(*, is_on: bool, tables: tuple[str, ...]) -> None:
    """Let the owner see every tenant's rows, or no more."""
    for table in tables:
        op.execute(f"alter table {table} {'' if is_on else 'no'} force row level security")


def upgrade() -> None:
    """answer entry by entry"""
    op.create_table(
        "entry_answers",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum("accepted", "rejected", name="verdict", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("erp_reference", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "batch_id"],
            ["export_batches.tenant_id", "export_batches.id"],
            name=op.f("fk_entry_answers_tenant_id_batch_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "entry_id"],
            ["journal_entries.tenant_id", "journal_entries.id"],
            name=op.f("fk_entry_answers_tenant_id_entry_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "batch_id", "entry_id", "attempt", name=op.f("pk_entry_answers")),
        info={"append_only": True, "audited": False, "counter": None},
    )
    op.add_column("batch_answers", sa.Column("status", STATUS, nullable=True))
    for counted in ("accepted", "rejected"):
        op.add_column("batch_answers", sa.Column(counted, sa.Integer(), nullable=True))
    force(is_on=False, tables=WALLED)
    op.execute(OF_ENTRIES)
    op.execute(OF_BATCHES)
    force(is_on=True, tables=WALLED)
    for filled in ("status", "accepted", "rejected"):
        op.alter_column("batch_answers", filled, nullable=False)
    op.drop_constraint(op.f("ck_batch_answers_verdict"), "batch_answers")
    op.create_check_constraint(
        op.f("ck_batch_answers_verdict"), "batch_answers", "verdict in ('accepted', 'rejected', 'by_entry')"
    )
    op.drop_table("batch_rejections")
    op.add_column("export_batch_entries", sa.Column("turn", sa.Integer(), server_default="1", nullable=False))
    op.drop_constraint(op.f("pk_export_batch_entries"), "export_batch_entries", type_="primary")
    op.create_primary_key(op.f("pk_export_batch_entries"), "export_batch_entries", ["tenant_id", "entry_id", "turn"])
    op.add_column("export_batches", sa.Column("corrects_id", sa.Uuid(), nullable=True))
    op.create_index(
        op.f("ix_export_batches_tenant_id_corrects_id"),
        "export_batches",
        ["tenant_id", "corrects_id"],
        unique=False,
        postgresql_where=sa.text("corrects_id is not null"),
    )
    op.create_foreign_key(
        op.f("fk_export_batches_tenant_id_corrects_id"),
        "export_batches",
        "export_batches",
        ["tenant_id", "corrects_id"],
        ["tenant_id", "id"],
    )


def downgrade() -> None:
    """Undo: answer entry by entry; the database refuses where entries were answered one by one, or corrected."""
    op.drop_constraint(op.f("fk_export_batches_tenant_id_corrects_id"), "export_batches", type_="foreignkey")
    op.drop_index(
        op.f("ix_export_batches_tenant_id_corrects_id"),
        table_name="export_batches",
        postgresql_where=sa.text("corrects_id is not null"),
    )
    op.drop_column("export_batches", "corrects_id")
    op.drop_constraint(op.f("pk_export_batch_entries"), "export_batch_entries", type_="primary")
    op.drop_column("export_batch_entries", "turn")
    op.create_primary_key(op.f("pk_export_batch_entries"), "export_batch_entries", ["tenant_id", "entry_id"])
    for added in ("rejected", "accepted", "status"):
        op.drop_column("batch_answers", added)
    op.drop_constraint(op.f("ck_batch_answers_verdict"), "batch_answers")
    op.create_check_constraint(op.f("ck_batch_answers_verdict"), "batch_answers", "verdict in ('accepted', 'rejected')")
    op.create_table(
        "batch_rejections",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "entry_id"],
            ["export_batch_entries.tenant_id", "export_batch_entries.entry_id"],
            name=op.f("fk_batch_rejections_tenant_id_entry_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "batch_id", "attempt", "entry_id", name=op.f("pk_batch_rejections")),
        info={"append_only": True, "audited": False, "counter": None},
    )
    force(is_on=False, tables=("entry_answers",))
    op.execute(BACK)
    op.drop_table("entry_answers")
