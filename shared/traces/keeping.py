"""Keeping the spans of this process: written in batches beside the work, forgotten after a day, never more than fit."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from prometheus_client import Counter
from sqlalchemy import text

from shared.database import Database
from shared.telemetry import Shelf, SpanRecord
from shared.transactions import UNREACHABLE, driver

log = logging.getLogger(__name__)
EVERY, FORGET_EVERY = 1.0, 60.0  # seconds
BATCH = 2000  # spans a second and process; whoever makes more lowers TRACE_RATIO or has a collector
KEPT_FOR = timedelta(days=1)
KEPT_AT_MOST = 200_000  # spans of one service, about 100 MB
COLUMNS = (
    "trace_id", "span_id", "parent_id", "service", "name", "kind", "started_at", "ended_at", "error", "attributes",
    "links",
)  # fmt: skip
LEFT_OUT = Counter("throughline_spans_left_out", "Spans that were not kept, because too many came.", ["service"])

FORGET = text(
    """
    delete from msg.span
    where ended_at < greatest(msg.clock() - cast(:kept_for as interval),
                              (select ended_at from msg.span order by ended_at desc offset :at_most limit 1))
    """
)


@asynccontextmanager
async def kept(database: Database, shelf: Shelf | None) -> AsyncIterator[None]:
    """Inside the block, and once at its end, what ends on `shelf` is written to the service's own database."""
    if shelf is None:
        yield
        return
    task = asyncio.create_task(_keep(database, shelf))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await _write(database, shelf)


async def _keep(database: Database, shelf: Shelf) -> None:
    forgot_at = -FORGET_EVERY
    while True:
        await asyncio.sleep(EVERY)
        await _write(database, shelf)
        if time.monotonic() - forgot_at > FORGET_EVERY:
            await forget(database)
            forgot_at = time.monotonic()


async def _write(database: Database, shelf: Shelf) -> None:
    """Write what waits; what cannot be written is lost, because nobody shall wait for a trace."""
    spans = shelf.take(BATCH)
    LEFT_OUT.labels(database.service).inc(shelf.left_out)
    shelf.left_out = 0
    if not spans:
        return
    try:
        await write(database, spans)
    except UNREACHABLE as error:
        log.warning("%d spans are lost: %s", len(spans), error)


async def write(database: Database, spans: Sequence[SpanRecord]) -> None:
    """Have `spans` kept; raises whatever the driver raises."""
    rows = [
        (
            one.trace_id,
            one.span_id,
            one.parent_id,
            one.service,
            one.name,
            one.kind,
            one.started_at,
            one.ended_at,
            one.error,
            json.dumps(one.attributes, default=str).replace("\\u0000", ""),
            one.links,
        )
        for one in spans
    ]
    async with database.transactions.connect() as connection:
        await driver(connection).copy_records_to_table("span", schema_name="msg", columns=COLUMNS, records=rows)


async def forget(database: Database, at_most: int = KEPT_AT_MOST) -> None:
    """Forget what ended more than a day ago, and the oldest of what is too much."""
    try:
        async with database.transactions.connect() as connection:
            await connection.execute(FORGET, {"kept_for": KEPT_FOR, "at_most": at_most})
    except UNREACHABLE as error:
        log.warning("old spans are not forgotten yet: %s", error)
