"""Statements that make the database itself refuse an entry that does not balance or comes too late.

The first revision of the migrations executes them. The number of lines is kept in the entry, so that nobody can add
a line to what was posted, not even two that cancel out.
"""

from __future__ import annotations

from collections.abc import Iterator

from services.billing.ledger.model.accounts import PostingRole
from services.billing.ledger.model.entries import SourceKind

CHOSEN = (
    ("journal_entries", "source_kind", SourceKind),
    ("journal_lines", "role", PostingRole),
    ("posting_roles", "role", PostingRole),
)

BALANCED = """
create or replace function journal_entry_is_whole() returns trigger language plpgsql as $$
declare
  of_entry uuid := cast(to_jsonb(new) ->> tg_argv[0] as uuid);
  expected integer;
  found integer;
  total numeric;
  functional numeric;
begin
  select line_count into expected from journal_entries where tenant_id = new.tenant_id and id = of_entry;
  select count(*), coalesce(sum(amount), 0), coalesce(sum(functional_amount), 0) into found, total, functional
    from journal_lines where tenant_id = new.tenant_id and entry_id = of_entry;
  if total <> 0 then
    raise exception 'journal entry % does not balance: % too much', of_entry, total using errcode = 'check_violation';
  end if;
  if functional <> 0 then
    raise exception 'journal entry % does not balance in the functional currency: % too much', of_entry, functional
      using errcode = 'check_violation';
  end if;
  if found < 2 or found <> expected then
    raise exception 'journal entry % has % lines, it was posted with %', of_entry, found, expected
      using errcode = 'check_violation';
  end if;
  return null;
end $$
"""

OPEN = """
create or replace function journal_entry_is_in_time() returns trigger language plpgsql as $$
begin
  perform 1 from fiscal_periods
    where tenant_id = new.tenant_id and legal_entity = new.legal_entity and status <> 'closed'
      and starts_on <= new.posted_on and new.posted_on < ends_before
    for share;
  if not found then
    raise exception 'the books of % are closed on %', new.legal_entity, new.posted_on
      using errcode = 'check_violation';
  end if;
  return new;
end $$
"""

STATEMENTS: tuple[str, ...] = (
    BALANCED,
    OPEN,
    "create constraint trigger entry_is_whole after insert on journal_entries"
    " deferrable initially deferred for each row execute function journal_entry_is_whole('id')",
    "create constraint trigger entry_is_whole after insert on journal_lines"
    " deferrable initially deferred for each row execute function journal_entry_is_whole('entry_id')",
    "create trigger entry_is_in_time before insert on journal_entries"
    " for each row execute function journal_entry_is_in_time()",
)

REMOVAL: tuple[str, ...] = (
    "drop trigger if exists entry_is_in_time on journal_entries",
    "drop trigger if exists entry_is_whole on journal_lines",
    "drop trigger if exists entry_is_whole on journal_entries",
    "drop function if exists journal_entry_is_in_time",
    "drop function if exists journal_entry_is_whole",
)


def choices() -> Iterator[str]:
    """Let the journal take every posting role and cause that the code knows; a migration that adds one runs this."""
    for table, column, kind in CHOSEN:
        known = ", ".join(f"'{one.value}'" for one in kind)
        yield f"alter table {table} drop constraint ck_{table}_{column}"
        yield f"alter table {table} add constraint ck_{table}_{column} check ({column} in ({known}))"
