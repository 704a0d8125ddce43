"""Setting the gauges of a service from its tables, and reporting how a worker is, for whoever looks at it live."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from prometheus_client import Gauge
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import Database
from shared.messaging import metrics
from shared.messaging.schema import DUE
from shared.messaging.transport import LinkState

LANES_NOW = text(
    """
    select lane.lane, lane.paused, count(kept.id) as pending,
           coalesce(extract(epoch from msg.clock() - min(kept.recorded_at)), 0) as oldest,
           exists (select from pg_locks as held where held.locktype = 'transactionid' and held.granted
                   and held.mode = 'ExclusiveLock' and held.transactionid = lane.xmax) as held
    from msg.outbox_lane as lane left join msg.outbox as kept using (lane)
    group by lane.lane
    """
)
UNSENDABLE_NOW = text("select count(*) from msg.outbox_parked where discarded_at is null")
INBOX_NOW = text(
    f"""
    select consumer, status, count(*) as messages, extract(epoch from msg.clock() - min(received_at)) as oldest,
           coalesce(extract(epoch from msg.clock() - min(waiting_since)), 0) as gap
    from msg.inbox where {DUE} or status = 'parked' group by consumer, status
    """  # noqa: S608 - DUE is a constant
)
PARKED_RECENTLY = text(
    "select count(*) from msg.inbox where status = 'parked' and finished_at > msg.clock() - interval '10 minutes'"
)
PAUSED_NOW = text("select consumer, count(*) as tenants from msg.paused_consumer group by consumer")
TABLES_NOW = text(
    """
    select relname, n_dead_tup as dead,
           extract(epoch from clock_timestamp() - greatest(last_vacuum, last_autovacuum)) as swept
    from pg_stat_user_tables where schemaname = 'msg' and relname in ('outbox', 'inbox_run', 'job')
    """
)
OLDEST_TRANSACTION = text(
    """
    select coalesce(extract(epoch from clock_timestamp() - min(xact_start)), 0) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
    """
)
REPORT = text(
    """
    with outdated as (delete from msg.worker_report where at < clock_timestamp() - interval '10 minutes')
    insert into msg.worker_report (worker, counts, broker)
    values (:worker, cast(:counts as jsonb), cast(:broker as jsonb))
    """
)


async def measure(database: Database) -> None:
    """Set the gauges of one service from its tables."""
    async with database.engine.connect() as connection:
        await _outbox(connection, database.service)
        await _inbox(connection, database.service)
        await _tables(connection, database.service)


async def report(database: Database, worker: UUID, link: LinkState) -> None:
    """Show how the broker is found, and leave word of it and of what this worker has counted."""
    service = database.service
    metrics.BROKER_REACHABLE.labels(service).set(link.reachable)
    metrics.BROKER_BLOCKED.labels(service).set(link.blocked_seconds)
    _show(metrics.QUEUE, service, {(name,): depth for name, depth in link.queues.items()})
    counts = {kind: int(number) for kind, number in metrics.counted(service).items()}
    said = {"worker": worker, "counts": json.dumps(counts), "broker": json.dumps(asdict(link))}
    async with database.engine.begin() as connection:
        await connection.execute(REPORT, said)


async def _outbox(connection: AsyncConnection, service: str) -> None:
    for row in (await connection.execute(LANES_NOW)).all():
        metrics.OUTBOX_PENDING.labels(service, row.lane).set(row.pending)
        metrics.OUTBOX_OLDEST.labels(service, row.lane).set(row.oldest)
        metrics.LANE_PAUSED.labels(service, row.lane).set(row.paused)
        metrics.LANE_HELD.labels(service, row.lane).set(row.held)
    metrics.OUTBOX_PARKED.labels(service).set((await connection.execute(UNSENDABLE_NOW)).scalar_one())


async def _inbox(connection: AsyncConnection, service: str) -> None:
    rows = (await connection.execute(INBOX_NOW)).all()
    waiting = [row for row in rows if row.status != "parked"]
    _show(metrics.INBOX, service, {(row.consumer, row.status): row.messages for row in rows})
    _show(metrics.INBOX_OLDEST, service, {(row.consumer, row.status): row.oldest for row in waiting})
    _show(metrics.GAP, service, _longest_gap(waiting))
    metrics.PARKED_RECENTLY.labels(service).set((await connection.execute(PARKED_RECENTLY)).scalar_one())
    paused = (await connection.execute(PAUSED_NOW)).all()
    _show(metrics.PAUSED, service, {(row.consumer,): row.tenants for row in paused})


async def _tables(connection: AsyncConnection, service: str) -> None:
    for row in (await connection.execute(TABLES_NOW)).all():
        metrics.DEAD_ROWS.labels(service, row.relname).set(row.dead)
        if row.swept is not None:
            metrics.VACUUMED.labels(service, row.relname).set(row.swept)
    metrics.OLDEST_TRANSACTION.labels(service).set((await connection.execute(OLDEST_TRANSACTION)).scalar_one())


def _longest_gap(rows: Iterable[Row[Any]]) -> dict[tuple[str, ...], float]:
    found: dict[tuple[str, ...], float] = {}
    for row in rows:
        found[(row.consumer,)] = max(found.get((row.consumer,), 0.0), float(row.gap))
    return found


def _show(gauge: Gauge, service: str, values: Mapping[tuple[str, ...], float]) -> None:
    """Set `gauge` by the labels behind the service's; what is on show already and not among them falls to nought."""
    samples = next(iter(gauge.collect())).samples
    shown = {tuple(one.labels.values())[1:] for one in samples if one.labels["service"] == service}
    for labels in values.keys() | shown:
        gauge.labels(service, *labels).set(values.get(labels, 0))
