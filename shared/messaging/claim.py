"""Which messages to run next: due, nobody else's, and those about one thing in their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.database import Database
from shared.messaging import metrics
from shared.messaging.schema import DUE
from shared.messaging.verdict import Tried
from shared.transactions import at_once, send

BATCH = 100
LOOK_AHEAD = 500  # rows; how far to look past what other workers have in hand
CRASHES_MAX = 5

# What an operator has paused, for all tenants or for one, stays where it is. Two lists, because each is looked up once
# and then hashed; a correlated `exists` costs half of the statement again where statistics are missing.
RUNNING = """
inbox.consumer not in (select consumer from msg.paused_consumer where tenant_id is null)
and (inbox.consumer, inbox.tenant_id) not in
    (select consumer, tenant_id from msg.paused_consumer where tenant_id is not null)
"""
# What a message is about is locked, for one consumer, until the transaction ends: two workers never run messages about
# one thing at once, and a worker that dies lets go. So rows need no locks of their own.
TAKE = text(
    f"""
    with ahead as materialized (
        select consumer, subject from msg.inbox
        where {DUE} and next_at <= msg.clock() and consumer = any(cast(:consumers as text[]))
          and (cast(:only as uuid) is null or event_id = cast(:only as uuid)) and {RUNNING}
        order by next_at limit :look_ahead
    )
    select consumer, subject from ahead
    where pg_try_advisory_xact_lock(hashtextextended(consumer || ' ' || subject, 0))
    limit :batch
    """  # noqa: S608 - constants
)
# A statement of its own, so that it sees what the last holder of a lock has committed.
CLAIM = text(
    f"""
    with taken as (
        select consumer, subject, min(place) as place
        from unnest(cast(:consumers as text[]), cast(:subjects as text[]))
             with ordinality as named (consumer, subject, place)
        group by consumer, subject
    ), left_behind as (
        select run.worker, named.consumer, named.event_id
        from msg.inbox_run as run, unnest(run.consumers, run.event_ids) as named (consumer, event_id)
        where run.worker <> :worker
    )
    select inbox.consumer, inbox.event_id, inbox.tenant_id, inbox.subject, inbox.attempts, inbox.crashes,
           inbox.waiting_for, inbox.waiting_since, inbox.attributes, inbox.body, inbox.received_at,
           msg.clock() as at, left_behind.worker as dead
    from taken
    join msg.inbox as inbox using (consumer, subject)
    left join left_behind on left_behind.consumer = inbox.consumer and left_behind.event_id = inbox.event_id
    where inbox.{DUE} and inbox.next_at <= msg.clock()
      and (cast(:only as uuid) is null or inbox.event_id = cast(:only as uuid)) and {RUNNING}
    order by taken.place, inbox.sequence limit :batch
    """  # noqa: S608 - constants
)
# The mark need outlive a process only, not the server, so nobody waits for the disk.
STARTED = text(
    """
    with quick as (select set_config('synchronous_commit', 'off', true))
    insert into msg.inbox_run (worker, consumers, event_ids)
    select :worker, cast(:consumers as text[]), cast(:event_ids as uuid[]) from quick
    on conflict (worker) do update
    set started_at = excluded.started_at, consumers = excluded.consumers, event_ids = excluded.event_ids
    """
)
CRASHED = text(
    f"""
    with gone as (delete from msg.inbox_run where worker = any(cast(:dead as uuid[])) returning consumers, event_ids),
         named as (select consumer, event_id, count(*) as times
                   from gone, unnest(consumers, event_ids) as crashed (consumer, event_id)
                   group by consumer, event_id)
    update msg.inbox as inbox
    set crashes = crashes + times,
        status = case when crashes + times < {CRASHES_MAX} then status else 'parked' end,
        next_at = case when crashes + times < {CRASHES_MAX} then next_at end,
        finished_at = case when crashes + times < {CRASHES_MAX} then finished_at else msg.clock() end,
        error_type = 'crash_loop',
        error_text = 'The process died while running this message.',
        error_fingerprint = 'crash_loop'
    from named
    where inbox.consumer = named.consumer and inbox.event_id = named.event_id and {DUE}
    returning inbox.status
    """  # noqa: S608 - constants
)


@dataclass(frozen=True)
class Claimed:
    """A message that this transaction may run."""

    tried: Tried
    tenant_id: UUID
    subject: str
    crashes: int
    attributes: dict[str, Any]
    body: bytes
    received_at: datetime
    at: datetime
    dead: UUID | None

    @property
    def sequence(self) -> int:
        """The place of its event among those of its sender; to be asked of messages that could be read."""
        return int(self.attributes["sequence"])

    @property
    def announced_at(self) -> datetime:
        """When its event was announced, by the sender's clock; when it arrived, where its envelope cannot be read."""
        try:
            return datetime.fromisoformat(self.attributes["recordedtime"])
        except (KeyError, TypeError, ValueError):
            return self.received_at


async def claim(
    session: AsyncSession, consumers: Sequence[str], worker: UUID, only: UUID | None = None
) -> list[Claimed]:
    """Up to 100 due messages that nobody else can run until the transaction ends; with `only`, those of that event.

    Messages about one thing stand together, in the order in which they were announced.
    """
    wanted = {"consumers": list(consumers), "only": only, "batch": BATCH}
    taken = await send(session, TAKE, {**wanted, "look_ahead": LOOK_AHEAD})
    if not taken:
        return []
    named = {"consumers": [row.consumer for row in taken], "subjects": [row.subject for row in taken]}
    rows = await send(session, CLAIM, {**wanted, **named, "worker": worker})
    return [
        Claimed(
            Tried(row.consumer, row.event_id, row.attempts, row.waiting_for, row.waiting_since),
            row.tenant_id,
            row.subject,
            row.crashes,
            row.attributes,
            row.body,
            row.received_at,
            row.at,
            row.dead,
        )
        for row in rows
    ]


def runnable_together(claimed: Sequence[Claimed]) -> list[Claimed]:
    """The first message and those of its tenant; one that was running when a process died runs alone."""
    first = claimed[0]
    if first.crashes:
        return [first]
    return [message for message in claimed if message.tenant_id == first.tenant_id and not message.crashes]


async def say_started(database: Database, worker: UUID, messages: Sequence[Claimed]) -> None:
    """Leave a mark of what is about to run; it stays behind if the process dies of it, and `settle` removes it."""
    consumers = [message.tried.consumer for message in messages]
    event_ids = [message.tried.event_id for message in messages]
    await at_once(database, STARTED, {"worker": worker, "consumers": consumers, "event_ids": event_ids})


async def count_crashes(session: AsyncSession, claimed: Sequence[Claimed]) -> bool:
    """Count a crash against each message that a dead process was running (five park it); tells if there were any."""
    dead = {message.dead for message in claimed if message.dead}
    if dead:
        after = [row.status for row in await send(session, CRASHED, {"dead": list(dead)})]
        service = claimed[0].tried.consumer.partition(".")[0]
        metrics.PARKED.labels(service, "crash_loop").inc(after.count("parked"))
    return bool(dead)
