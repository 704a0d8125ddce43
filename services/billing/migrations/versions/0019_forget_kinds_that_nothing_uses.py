"""forget kinds that nothing uses"""

from alembic import op

from services.billing import constraints

revision = "0019"
down_revision = "0018"

USED = {
    "settlements": ("payment", "rounding", "credit_note"),
    "work_adjustments": ("adjusted", "capped", "written_off", "transferred"),
    "invoice_files": ("pdf", "ubl"),
    "credit_note_files": ("pdf", "ubl"),
}
UNUSED = {
    "settlements": ("write_off", "recovery"),
    "work_adjustments": ("rerated",),
    "invoice_files": ("timesheet",),
    "credit_note_files": ("timesheet",),
}


def upgrade() -> None:
    """forget kinds that nothing uses"""
    for statement in constraints.choices():
        op.execute(statement)
    for table, kinds in USED.items():
        _choose(table, kinds)


def downgrade() -> None:
    """Undo: forget kinds that nothing uses"""
    for table, kinds in USED.items():
        _choose(table, kinds + UNUSED[table])


def _choose(table: str, kinds: tuple[str, ...]) -> None:
    known = ", ".join(f"'{kind}'" for kind in kinds)
    op.execute(f"alter table {table} drop constraint ck_{table}_kind")
    op.execute(f"alter table {table} add constraint ck_{table}_kind check (kind in ({known}))")
