"""The event log as a source: what was sent once, found again by type, subject and time, tenant by tenant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.messaging.envelope import Envelope

CHOSEN = """
    (cast(:tenant as uuid) is null or tenant_id = cast(:tenant as uuid))
    and (cast(:types as text[]) is null or type = any(cast(:types as text[])))
    and (cast(:subject as text) is null or subject = cast(:subject as text))
    and recorded_at >= coalesce(cast(:since as timestamptz), '-infinity') and recorded_at < cast(:until as timestamptz)
"""
COUNT = text(
    f"""
    select tenant_id, type, count(*) as events, count(redacted_at) as redacted, min(recorded_at) as first,
           max(recorded_at) as last
    from msg.event_log where {CHOSEN} group by tenant_id, type order by tenant_id, type
    """  # noqa: S608 - CHOSEN is a constant
)
NEXT = text(
    f"""
    select recorded_at, event_id, sequence, tenant_id, type, schema_minor, subject, correlation_id, causation_id,
           traceparent, occurred_at, payload, redacted_at
    from msg.event_log
    where {CHOSEN}
      and (recorded_at, event_id) > (coalesce(cast(:after_at as timestamptz), '-infinity'),
                                     coalesce(cast(:after_id as uuid), '00000000-0000-0000-0000-000000000000'))
    order by recorded_at, event_id limit :size
    """  # noqa: S608 - CHOSEN is a constant
)


@dataclass(frozen=True)
class Choice:
    """Some events of the log: recorded before `until` and not before `since`; None leaves nothing out."""

    until: datetime
    tenant_id: UUID | None = None
    types: Sequence[str] | None = None
    subject: str | None = None
    since: datetime | None = None

    @property
    def values(self) -> dict[str, Any]:
        """The values of CHOSEN's parameters."""
        return {
            "tenant": self.tenant_id,
            "types": list(self.types) if self.types else None,
            "subject": self.subject,
            "since": self.since,
            "until": self.until,
        }


Place = tuple[datetime, UUID]


async def counted(session: AsyncSession, choice: Choice) -> Sequence[Row[Any]]:
    """How many events are chosen, by tenant and type, how many of them redacted, and when they were recorded."""
    return (await session.execute(COUNT, choice.values)).all()


async def chosen(session: AsyncSession, choice: Choice, after: Place | None, size: int) -> Sequence[Row[Any]]:
    """The next `size` of the chosen events behind `after`, in the order of their recording."""
    at, event_id = after or (None, None)
    return (await session.execute(NEXT, {**choice.values, "after_at": at, "after_id": event_id, "size": size})).all()


def envelope_of(row: Row[Any]) -> Envelope:
    """The envelope of a logged event, as it was sent."""
    return Envelope(
        event_id=row.event_id,
        tenant_id=row.tenant_id,
        type=row.type,
        schema_minor=row.schema_minor,
        subject=row.subject,
        sequence=row.sequence,
        correlation_id=row.correlation_id,
        causation_id=row.causation_id,
        traceparent=row.traceparent,
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        body=row.payload,
    )
