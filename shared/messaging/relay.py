"""Sending: announced events leave the outbox for the transport, lane by lane, and are logged once they are safe.

Several relays may run. One holds a lane at a time, so that events about one thing leave in their order; a relay that
dies lets go of its lane at once. An event leaves the outbox only when the transport has said that it is safe.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared import telemetry
from shared.announcements import LANES
from shared.crash_points import crash_point
from shared.database import Database
from shared.messaging import metrics
from shared.messaging.backoff import growing
from shared.messaging.envelope import BODY_MAX, Envelope
from shared.messaging.transport import Failure, Fault, LinkDown, Outcome, Transport
from shared.transactions import Row, send, transaction

FETCH, WINDOW = 300, 100
ATTEMPTS_MAX = 20
FLOOR_BELOW = 5_000  # ids; how far below the last one sent a late commit is found without waiting
FLOOR_FOR = 2.0  # seconds; how long a commit that came even later waits at most
FIRST_DELAY, LAST_DELAY = 1.0, 300.0  # seconds
HELD_AT_LEAST = 0.1  # seconds; behind an earlier event that is due by now and is out of sight

TAKE_LANE = text(
    """
    select lane.lane from msg.outbox_lane as lane
    where not lane.paused and exists (
        select from msg.outbox as kept
        where kept.lane = lane.lane and kept.id > (cast(:floors as bigint[]))[lane.lane + 1]
          and (kept.not_before is null or kept.not_before <= msg.clock()))
    order by lane.last_run limit 1 for update of lane skip locked
    """
)
# An event that came back holds up what comes later about the same thing, whenever that was announced: `held` seconds.
FETCHED = text(
    """
    select id, event_id, tenant_id, type, schema_minor, subject, correlation_id, causation_id, traceparent,
           occurred_at, recorded_at, payload, attempts,
           (select max(cast(extract(epoch from earlier.not_before - msg.clock()) as double precision))
            from msg.outbox as earlier
            where earlier.lane = kept.lane and earlier.subject = kept.subject and earlier.id < kept.id
              and earlier.not_before is not null
              and (earlier.not_before > msg.clock() or earlier.id <= :floor)) as held
    from msg.outbox as kept
    where lane = :lane and id > :floor and (not_before is null or not_before <= msg.clock())
    order by id limit :fetch
    """
)
SENT = text(
    """
    with ran as (update msg.outbox_lane set last_run = clock_timestamp() where lane = :lane),
         gone as (delete from msg.outbox where lane = :lane and id = any(cast(:ids as bigint[])) returning *)
    insert into msg.event_log (recorded_at, event_id, sequence, tenant_id, type, schema_minor, subject, correlation_id,
                               causation_id, traceparent, occurred_at, published_at, payload)
    select recorded_at, event_id, id, tenant_id, type, schema_minor, subject, correlation_id,
           causation_id, traceparent, occurred_at, clock_timestamp(), payload
    from gone
    """
)
HELD_BACK = text(
    """
    update msg.outbox as kept
    set attempts = kept.attempts + held.spent, last_error = coalesce(held.reason, kept.last_error),
        not_before = msg.clock() + make_interval(secs => held.delay)
    from unnest(cast(:ids as bigint[]), cast(:spent as smallint[]), cast(:delays as double precision[]),
                cast(:reasons as text[])) as held (id, spent, delay, reason)
    where kept.lane = :lane and kept.id = held.id
    """
)
PARKED = text(
    """
    with named as (select * from unnest(cast(:ids as bigint[]), cast(:reasons as text[])) as named (id, reason)),
         gone as (delete from msg.outbox where lane = :lane and id = any(cast(:ids as bigint[])) returning *)
    insert into msg.outbox_parked (lane, id, event_id, tenant_id, type, schema_minor, subject, correlation_id,
                                   causation_id, traceparent, occurred_at, recorded_at, payload, attempts, last_error)
    select lane, id, event_id, tenant_id, type, schema_minor, subject, correlation_id,
           causation_id, traceparent, occurred_at, recorded_at, payload, attempts + 1, named.reason
    from gone join named using (id)
    """
)


class NotTaken(Exception):
    """Some events of a batch were not taken, the others were."""


@dataclass
class Pass:
    """What came of the events of one lane that were offered together."""

    sent: list[int] = field(default_factory=list)
    refused: list[tuple[Row, Failure]] = field(default_factory=list)
    blocked: dict[str, float] = field(default_factory=dict)  # subject → seconds that its later events wait too
    behind: list[Row] = field(default_factory=list)
    link: str | None = None


class Relay:
    """Sends what one service announces."""

    def __init__(self, database: Database, transport: Transport) -> None:
        self._database = database
        self._transport = transport
        self._floors = [0] * LANES
        self._floors_since = time.monotonic()

    async def once(self) -> int:
        """Send up to 300 events of the lane that waited longest; tell how many were dealt with, 0 when none waits.

        Raises LinkDown when the transport took nothing more; what it took before that is settled.
        """
        self._lower_floors()
        async with transaction(self._database) as session:
            taken = await send(session, TAKE_LANE, {"floors": self._floors})
            if not taken:
                return 0
            lane = taken[0].lane
            wanted = {"lane": lane, "floor": self._floors[lane], "fetch": FETCH}
            rows = await send(session, FETCHED, wanted)
            with telemetry.publishing([row.traceparent for row in rows], lane=lane) as span:
                result = await self._offer(rows)
                if result.link:
                    telemetry.failed(span, LinkDown(result.link))
                elif result.refused:
                    telemetry.failed(span, NotTaken(result.refused[0][1].reason))
            if result.sent:
                crash_point("relay.after_confirm")
            await self._settle(session, lane, result)
        if result.sent:
            crash_point("relay.after_commit")
            self._floors[lane] = max(self._floors[lane], max(result.sent) - FLOOR_BELOW)
            metrics.PUBLISHED.labels(self._database.service).inc(len(result.sent))
        if result.link:
            raise LinkDown(result.link)
        return len(rows)

    async def _offer(self, rows: Sequence[Row]) -> Pass:
        """Hand `rows` over, a window at a time; what is about a thing with a failed event waits behind it."""
        result = Pass()
        for start in range(0, len(rows), WINDOW):
            window = []
            for row in rows[start : start + WINDOW]:
                if row.held is not None:
                    _block(result, row.subject, max(row.held, HELD_AT_LEAST))
                if row.subject in result.blocked:
                    result.behind.append(row)
                elif len(row.payload) > BODY_MAX:
                    _refuse(result, row, Failure(f"the body has {len(row.payload)} bytes", Fault.PERMANENT))
                else:
                    window.append(row)
            await self._send(window, result)
            if result.link:
                break
        return result

    async def _send(self, window: Sequence[Row], result: Pass) -> None:
        outcome: Outcome = {}
        if window:
            metrics.BATCH_SIZE.labels(self._database.service).observe(len(window))
            with metrics.CONFIRMED.labels(self._database.service).time():
                outcome = await self._transport.publish([envelope_of(row) for row in window])
        for row in window:
            failure = outcome[row.event_id]
            if failure is None:
                result.sent.append(row.id)
            elif failure.fault is Fault.LINK:
                result.link = failure.reason
            else:
                _refuse(result, row, failure)
            if failure is not None:
                metrics.NOT_TAKEN.labels(self._database.service, failure.fault.value).inc()

    async def _settle(self, session: AsyncSession, lane: int, result: Pass) -> None:
        await send(session, SENT, {"lane": lane, "ids": result.sent})
        given_up = [(row, why) for row, why in result.refused if _is_hopeless(row, why)]
        again = [(row, why) for row, why in result.refused if not _is_hopeless(row, why)]
        if given_up:
            reasons = [why.reason for _, why in given_up]
            await send(session, PARKED, {"lane": lane, "ids": [row.id for row, _ in given_up], "reasons": reasons})
        held: list[tuple[int, int, float, str | None]] = []
        held += [(row.id, 1, result.blocked[row.subject], why.reason) for row, why in again]
        held += [(row.id, 0, result.blocked[row.subject], None) for row in result.behind]
        if held:
            await send(
                session,
                HELD_BACK,
                {
                    "lane": lane,
                    "ids": [entry[0] for entry in held],
                    "spent": [entry[1] for entry in held],
                    "delays": [entry[2] for entry in held],
                    "reasons": [entry[3] for entry in held],
                },
            )

    def _lower_floors(self) -> None:
        """Look from the very beginning now and then: a transaction may commit a low id late."""
        if time.monotonic() - self._floors_since > FLOOR_FOR:
            self._floors = [0] * LANES
            self._floors_since = time.monotonic()


def _refuse(result: Pass, row: Row, failure: Failure) -> None:
    delay = 0.0 if _is_hopeless(row, failure) else growing(row.attempts + 1, first=FIRST_DELAY, longest=LAST_DELAY)
    result.refused.append((row, failure))
    _block(result, row.subject, delay)


def _block(result: Pass, subject: str, seconds: float) -> None:
    result.blocked[subject] = max(seconds, result.blocked.get(subject, 0.0))


def _is_hopeless(row: Row, failure: Failure) -> bool:
    return failure.fault is Fault.PERMANENT or row.attempts + 1 >= ATTEMPTS_MAX


def envelope_of(row: Row) -> Envelope:
    """The envelope of an outbox row; its id there is the event's sequence, its payload goes as it is."""
    return Envelope(
        event_id=row.event_id,
        tenant_id=row.tenant_id,
        type=row.type,
        schema_minor=row.schema_minor,
        subject=row.subject,
        sequence=row.id,
        correlation_id=row.correlation_id,
        causation_id=row.causation_id,
        traceparent=row.traceparent,
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        body=row.payload,
    )
