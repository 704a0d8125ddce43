"""What goes on in a service right now: what waits and for how long, who sends and runs it, how the broker is found.

A person sees the messages of their own tenant counted. Throughput, lanes and the broker are the whole service's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, text

from shared.messaging.reactions import Reactions
from shared.messaging.schema import DUE
from shared.operations.desk import IN_SIGHT, Desk

OUTBOX = text(
    f"""
    select (select count(*) from msg.outbox where {IN_SIGHT}) as pending,
           (select cast(extract(epoch from msg.clock() - min(recorded_at)) as bigint)
            from msg.outbox where {IN_SIGHT}) as oldest_age,
           (select count(*) from msg.outbox_parked where discarded_at is null and {IN_SIGHT}) as parked
    """  # noqa: S608 - constants
)
CONSUMERS = text(
    f"""
    with waiting as (
        select consumer, count(*) filter (where status = 'pending') as pending,
               count(*) filter (where status = 'retry') as retry,
               count(*) filter (where status = 'waiting') as waiting,
               count(*) filter (where status = 'parked') as parked,
               cast(extract(epoch from msg.clock() - min(received_at) filter (where {DUE})) as bigint) as oldest_age,
               cast(extract(epoch from msg.clock() - min(waiting_since) filter (where {DUE})) as bigint) as longest_gap
        from msg.inbox where ({DUE} or status = 'parked') and {IN_SIGHT} group by consumer
    ), held as (
        select consumer, min(paused_at) as paused_since, bool_or(tenant_id is null) as paused_for_all
        from msg.paused_consumer where tenant_id is null or {IN_SIGHT} group by consumer
    ), known as (
        select unnest(cast(:consumers as text[])) as consumer union select consumer from waiting
    )
    select consumer, coalesce(pending, 0) as pending, coalesce(retry, 0) as retry, coalesce(waiting, 0) as waiting,
           coalesce(parked, 0) as parked, oldest_age, longest_gap, paused_since, paused_for_all
    from known left join waiting using (consumer) left join held using (consumer) order by consumer
    """  # noqa: S608 - constants
)
# A row that is locked bears the locking transaction's number, and each running transaction holds a lock of its own.
LANES = text(
    f"""
    select lane.lane, lane.paused, nullif(lane.last_run, 'epoch') as last_run,
           coalesce(kept.pending, 0) as pending, kept.oldest_age,
           relay.pid as holder, relay.application_name as held_by, relay.xact_start as held_since
    from msg.outbox_lane as lane
    left join (select lane, count(*) as pending,
                      cast(extract(epoch from msg.clock() - min(recorded_at)) as bigint) as oldest_age
               from msg.outbox where {IN_SIGHT} group by lane) as kept using (lane)
    left join pg_locks as held on held.locktype = 'transactionid' and held.granted and held.mode = 'ExclusiveLock'
                              and held.transactionid = lane.xmax
    left join pg_stat_activity as relay on relay.pid = held.pid
    order by lane.lane
    """  # noqa: S608 - constants
)
WORKERS = text(
    """
    select distinct on (worker) worker, at, counts, broker from msg.worker_report
    where at > clock_timestamp() - interval '1 minute' order by worker, at desc
    """
)
# Counts of a worker only ever grow, so what happened in between is the last less the first.
THROUGHPUT = text(
    """
    with counted as (
        select worker, kind, max(cast(value as bigint)) - min(cast(value as bigint)) as happened,
               extract(epoch from max(at) - min(at)) as seconds
        from msg.worker_report, jsonb_each_text(counts) as one (kind, value)
        where at > clock_timestamp() - interval '5 minutes' group by worker, kind
    )
    select kind, cast(coalesce(sum(60 * happened / nullif(seconds, 0)), 0) as bigint) as per_minute
    from counted group by kind
    """
)


@dataclass(frozen=True)
class Live:
    """A service at one instant; ages in whole seconds, `throughput` a minute by kind over the last five minutes."""

    outbox: Row[Any]
    consumers: Sequence[Row[Any]]
    lanes: Sequence[Row[Any]]
    workers: Sequence[Row[Any]]
    throughput: dict[str, int]


async def look(desk: Desk, known: Reactions) -> Live:
    """How the service stands now."""
    session = desk.session
    throughput = (await session.execute(THROUGHPUT)).all()
    return Live(
        outbox=(await session.execute(OUTBOX, desk.sight)).one(),
        consumers=(await session.execute(CONSUMERS, {**desk.sight, "consumers": known.consumers})).all(),
        lanes=(await session.execute(LANES, desk.sight)).all(),
        workers=(await session.execute(WORKERS)).all(),
        throughput={row.kind: row.per_minute for row in throughput},
    )
