"""translate the journal"""

import sqlalchemy as sa
from alembic import op

from services.billing import constraints

revision = "0029"
down_revision = "0028"

RULE = "ck_journal_lines_says_something"
BEFORE = """
create or replace function journal_entry_is_whole() returns trigger language plpgsql as $$
declare
  of_entry uuid := cast(to_jsonb(new) ->> tg_argv[0] as uuid);
  expected integer;
  found integer;
  total numeric;
begin
  select line_count into expected from journal_entries where tenant_id = new.tenant_id and id = of_entry;
  select count(*), coalesce(sum(amount), 0) into found, total
    from journal_lines where tenant_id = new.tenant_id and entry_id = of_entry;
  if total <> 0 then
    raise exception 'journal entry % does not balance: % too much', of_entry, total using errcode = 'check_violation';
  end if;
  if found < 2 or found <> expected then
    raise exception 'journal entry % has % lines, it was posted with %', of_entry, found, expected
      using errcode = 'check_violation';
  end if;
  return null;
end $$
"""


def upgrade() -> None:
    """translate the journal"""
    op.add_column("journal_entries", sa.Column("functional_currency", sa.String(length=3), nullable=True))
    op.add_column("journal_entries", sa.Column("exchange_rate_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_journal_entries_tenant_id_exchange_rate_id"),
        "journal_entries",
        "exchange_rates",
        ["tenant_id", "exchange_rate_id"],
        ["tenant_id", "id"],
    )
    op.add_column("journal_lines", sa.Column("functional_amount", sa.Numeric(precision=20, scale=6), nullable=True))
    # There were no rates so far: what was posted in another currency stays in it, untranslated, and says so.
    op.execute("update journal_entries set functional_currency = currency")
    op.execute("update journal_lines set functional_amount = amount")
    op.alter_column("journal_entries", "functional_currency", nullable=False)
    op.alter_column("journal_lines", "functional_amount", nullable=False)
    op.execute(f"alter table journal_lines drop constraint {RULE}")
    op.execute(f"alter table journal_lines add constraint {RULE} check (amount <> 0 or functional_amount <> 0)")
    op.execute(constraints.BALANCED)


def downgrade() -> None:
    """Undo: translate the journal"""
    op.execute(BEFORE)
    op.execute(f"alter table journal_lines drop constraint {RULE}")
    op.execute(f"alter table journal_lines add constraint {RULE} check (amount <> 0) not valid")
    op.drop_column("journal_lines", "functional_amount")
    op.drop_constraint(op.f("fk_journal_entries_tenant_id_exchange_rate_id"), "journal_entries", type_="foreignkey")
    op.drop_column("journal_entries", "exchange_rate_id")
    op.drop_column("journal_entries", "functional_currency")
