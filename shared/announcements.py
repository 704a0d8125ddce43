"""Keeping an announced event, in the transaction of the change it tells of, until it is sent.

The outbox row holds the exact bytes and the trace context at the moment of announcing; nothing is added later.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.base import Event
from shared.ids import new_id
from shared.transactions import send

LANES = 8

INSERT = text(
    """
    insert into msg.outbox (lane, event_id, tenant_id, type, schema_minor, subject, correlation_id, causation_id,
                            traceparent, occurred_at, payload)
    select * from unnest(
        cast(:lanes as smallint[]), cast(:event_ids as uuid[]), cast(:tenants as uuid[]), cast(:types as text[]),
        cast(:minors as smallint[]), cast(:subjects as text[]), cast(:correlations as uuid[]),
        cast(:causes as uuid[]), cast(:traces as text[]), cast(:times as timestamptz[]), cast(:payloads as bytea[]))
    """
)


@dataclass(frozen=True)
class Cause:
    """Why something is being done: the thread it belongs to, and the event that led to it, if one did."""

    correlation_id: UUID
    causation_id: UUID | None = None

    @staticmethod
    def new() -> Cause:
        """The start of something new."""
        return Cause(new_id())


@dataclass(frozen=True)
class Announcement:
    """An event about to be kept, with its id and the trace it was announced in (W3C traceparent)."""

    event: Event
    event_id: UUID
    traceparent: str | None


async def keep(
    session: AsyncSession, announced: Sequence[Announcement], *, tenant_id: UUID, cause: Cause, at: datetime
) -> None:
    """Write `announced` to the outbox in one statement, after every change of the same work has been written.

    The order of the rows of one subject is the order of commits, because its record is locked by then.
    """
    if not announced:
        return
    await session.flush()
    count = len(announced)
    events = [one.event for one in announced]
    await send(
        session,
        INSERT,
        {
            "lanes": [lane_of(event.subject) for event in events],
            "event_ids": [one.event_id for one in announced],
            "tenants": [tenant_id] * count,
            "types": [event.type for event in events],
            "minors": [event.minor for event in events],
            "subjects": [event.subject for event in events],
            "correlations": [event.thread_id or cause.correlation_id for event in events],
            "causes": [cause.causation_id] * count,
            "traces": [one.traceparent for one in announced],
            "times": [at] * count,
            "payloads": [event.model_dump_json().encode() for event in events],
        },
    )


def lane_of(subject: str) -> int:
    """The lane, 0 to 7, on which every event about `subject` is sent, so that their order is kept."""
    return zlib.crc32(subject.encode()) % LANES
