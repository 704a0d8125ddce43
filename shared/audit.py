"""The audit trail: who changed what, when, from what to what, and why. Written by the database itself.

A row trigger on every audited table (`shared.migrations`) writes it, so that no way of changing a record goes round it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from sqlalchemy import BigInteger, Column, DateTime, Identity, String, Table, select
from sqlalchemy.dialects.postgresql import JSONB

from shared.actor import NotPermitted, Role
from shared.database import Schema, found_by, page
from shared.web.paging import Cursor, Limit, PageOf
from shared.web.route import InWork, WorkRoute

# No administrators: the trail shows what people cost, which that role alone does not let anybody see.
READERS = frozenset({Role.AUDITOR, Role.CONTROLLER})


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


router = APIRouter(prefix="/audit", tags=["audit"], route_class=WorkRoute)
_audit = declare(Schema("audit"))


class Change(BaseModel):
    """One change of one record."""

    model_config = ConfigDict(from_attributes=True)
    id: int
    at: datetime
    actor: str
    record: str
    record_id: str
    change: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str | None


@router.get("/{record_id}")
async def history(record_id: UUID, work: InWork, cursor: Cursor = None, limit: Limit = 50) -> PageOf[Change]:
    """Every change of one record, oldest first; for auditors and controllers."""
    if not READERS & work.actor.roles:
        raise NotPermitted("Needs the role auditor or controller.")
    rows = select(_audit).where(_audit.c.record_id == str(record_id))
    found = await page(work.session, rows, keys=(_audit.c.id,), cursor=cursor, limit=limit)
    return PageOf.of(found, Change)


# What the trigger does. `id` names the record; only what differs is kept of an update.
FUNCTION = """
create or replace function audit_row() returns trigger language plpgsql as $$
declare
    was jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - 'tenant_id' end;
    is_now jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) - 'tenant_id' end;
    named jsonb := coalesce(is_now, was);
begin
    if tg_op = 'UPDATE' then
        select jsonb_object_agg(o.key, o.value), jsonb_object_agg(o.key, is_now -> o.key)
          into was, is_now
          from jsonb_each(was) o where o.value is distinct from is_now -> o.key and o.key <> 'version';
        if was is null then return null; end if;
    end if;
    insert into audit (at, actor, record, record_id, change, before, after, reason)
    values (coalesce(nullif(current_setting('app.now', true), '')::timestamptz, clock_timestamp()),
            coalesce(nullif(current_setting('app.actor', true), ''), session_user::text),
            tg_table_name, coalesce(named ->> 'id', named::text), lower(tg_op), was, is_now,
            nullif(current_setting('app.reason', true), ''));
    return null;
end $$
"""
