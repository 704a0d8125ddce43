"""What operators did: written in the transaction of the deed itself, never changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, DateTime, Row, String, Uuid, bindparam, column, select, table, text
from sqlalchemy.dialects.postgresql import JSONB

from shared.database import Page, page
from shared.operations.desk import Desk

WRITE = text(
    """
    insert into msg.operation (tenant_id, by, action, consumer, details, reason)
    values (:tenant, :by, :action, :consumer, cast(:details as jsonb), :reason)
    """
).bindparams(bindparam("tenant", type_=Uuid))

operations = table(
    "operation",
    column("id", BigInteger),
    column("at", DateTime(timezone=True)),
    column("tenant_id", Uuid),
    column("by", String),
    column("action", String),
    column("consumer", String),
    column("event_id", Uuid),
    column("reason", String),
    column("details", JSONB),
    schema="msg",
)


async def write(
    desk: Desk, action: str, *, reason: str, consumer: str | None = None, details: Mapping[str, Any] | None = None
) -> None:
    """Have it written down that `action`, which is about no single message, was taken here, and why."""
    values = {"action": action, "consumer": consumer, "reason": reason, "details": json.dumps(details or {})}
    await desk.session.execute(WRITE, {**values, "by": desk.by, **desk.sight})


async def trail(desk: Desk, *, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """Everything that was done within sight, latest first."""
    rows = select(operations)
    if desk.tenant_id is not None:
        rows = rows.where(operations.c.tenant_id == desk.tenant_id)
    return await page(desk.session, rows, keys=(operations.c.id,), cursor=cursor, limit=limit, descending=True)
