"""Spans for tests, as a service keeps them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from shared.database import Database
from shared.ids import new_id
from shared.telemetry import TENANT, SpanRecord
from shared.traces.keeping import write

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def a_span(span_id: str = "a", parent_id: str | None = None, **other: Any) -> SpanRecord:
    """A span of some trace that took a second at noon."""
    named = {"trace_id": "1" * 32, "service": "probe", "name": f"span {span_id}", "kind": "internal"}
    times = {"started_at": NOON, "ended_at": NOON + timedelta(seconds=1)}
    return SpanRecord(span_id=span_id, parent_id=parent_id, **{**named, **times, **other})


async def a_kept_trace(database: Database, tenant_id: UUID) -> str:
    """The id of a trace of which the service keeps a span of this tenant."""
    trace_id = new_id().hex
    now = datetime.now(UTC)
    span = a_span(trace_id=trace_id, started_at=now, ended_at=now, attributes={TENANT: str(tenant_id)})
    await write(database, [span])
    return trace_id
