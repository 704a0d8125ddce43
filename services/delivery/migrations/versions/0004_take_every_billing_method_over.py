"""take every billing method over"""

from alembic import op

revision = "0004"
down_revision = "0003"

FIRST = ("time_and_materials", "fixed_fee_milestone")
SINCE = ("time_and_materials_capped", "fixed_fee_percent", "retainer", "expense")


def upgrade() -> None:
    """take every billing method over"""
    allow_methods(*FIRST, *SINCE)


def downgrade() -> None:
    """Undo: take every billing method over"""
    allow_methods(*FIRST)


def allow_methods(*methods: str) -> None:
    """Let the method of a line be one of these; going back fails where a line has another one."""
    op.drop_constraint(op.f("ck_handoff_lines_method"), "handoff_lines")
    known = ", ".join(f"'{one}'" for one in methods)
    op.create_check_constraint(op.f("ck_handoff_lines_method"), "handoff_lines", f"method in ({known})")
