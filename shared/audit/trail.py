"""The audit trail: who changed what, when, from what to what, and why. Written by the database itself.

A row trigger on every audited table (`shared.migrations`) writes it, so that no way of changing a record goes round it.
A record is named by its `id`; what has none, by the first column of its key, which is what it belongs to or its code.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Identity, Numeric, Row, String, Table, select
from sqlalchemy.dialects.postgresql import JSONB

from shared.actor import TRAIL_READERS, NotPermitted
from shared.database import Page, Schema, found_by, page
from shared.reasons import because
from shared.work import Work


def declare(schema: Schema) -> Table:
    """Give the service its audit trail."""
    return schema.table(
        "audit",
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("actor", String, nullable=False),
        Column("record", String, nullable=False),
        Column("record_id", String, nullable=False),
        Column("change", String, nullable=False),
        Column("before", JSONB),
        Column("after", JSONB),
        Column("reason", String),
        found_by("record_id", "id", why="the history of one record"),
        append_only=True,
    )


_audit = declare(Schema("audit"))


async def changes_of(
    work: Work, record_id: str, *, cursor: str | None, limit: int, descending: bool = False
) -> Page[Row[Any]]:
    """Every change of one record, oldest first unless `descending`; for auditors and controllers."""
    if not TRAIL_READERS & work.actor.roles:
        raise NotPermitted(because("Needs the role auditor or controller."))
    rows = select(_audit).where(_audit.c.record_id == record_id)
    return await page(work.session, rows, keys=(_audit.c.id,), cursor=cursor, limit=limit, descending=descending)


# Written out for each table, column by column: comparing rows as JSON costs twice as much. Exact numbers are kept
# as text, because JSON's numbers are floats to most who read them. Of an update, only what differs is kept.
FUNCTION = """
create or replace function "audit_{table}"() returns trigger language plpgsql as $$
declare
    was jsonb;
    is_now jsonb;
    named text;
begin
    if tg_op = 'INSERT' then
        named := new."{key}";
        is_now := to_jsonb(new) - 'tenant_id'{exact_new};
    elsif tg_op = 'DELETE' then
        named := old."{key}";
        was := to_jsonb(old) - 'tenant_id'{exact_old};
    else
        named := new."{key}";
        was := '{{}}';
        is_now := '{{}}';
        {differences}
        if was = '{{}}' then return null; end if;
    end if;
    insert into audit (at, actor, record, record_id, change, before, after, reason)
    values (coalesce(nullif(current_setting('app.now', true), '')::timestamptz, clock_timestamp()),
            coalesce(nullif(current_setting('app.actor', true), ''), session_user::text),
            tg_table_name, named, lower(tg_op), was, is_now,
            nullif(current_setting('app.reason', true), ''));
    return null;
end $$
"""
DIFFERENCE = """
        if old."{column}" is distinct from new."{column}" then
            was := was || jsonb_build_object('{column}', old."{column}"{kept_as});
            is_now := is_now || jsonb_build_object('{column}', new."{column}"{kept_as});
        end if;"""


def watch(table: Table) -> Iterator[str]:
    """The statements that have every change of a row of `table` written down."""
    columns = [column for column in table.columns if column.name != "tenant_id"]
    keys = [column.name for column in columns if column.primary_key]
    exact = [column.name for column in columns if isinstance(column.type, Numeric)]
    yield FUNCTION.format(
        table=table.name,
        key="id" if "id" in keys else keys[0],
        exact_new=_as_text("new", exact),
        exact_old=_as_text("old", exact),
        differences="".join(
            DIFFERENCE.format(column=column.name, kept_as="::text" if column.name in exact else "")
            for column in columns
            if column.name != "version"
        ).strip(),
    )
    changes = "after insert or update or delete"
    yield f'create trigger audit_row {changes} on "{table.name}" for each row execute function "audit_{table.name}"()'


def _as_text(row: str, columns: list[str]) -> str:
    pairs = ", ".join(f"""'{name}', {row}."{name}"::text""" for name in columns)
    return f" || jsonb_build_object({pairs})" if pairs else ""
