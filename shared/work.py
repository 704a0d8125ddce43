"""One thing being done: who asked, at what instant, in which transaction, and what it announces."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared import telemetry
from shared.actor import Actor
from shared.announcements import Announcement, Cause, keep
from shared.contracts.base import Event
from shared.database import Database
from shared.ids import new_id

# One round trip: whose rows are visible, and what the audit trail says of who and when.
SETTINGS = text(
    "select set_config('app.tenant', :tenant, true), set_config('app.actor', :actor, true),"
    " set_config('app.now', :now, true)"
)
BECAUSE = text("select set_config('app.reason', :reason, true)")


@dataclass(frozen=True)
class Work:
    """One request, message or job step; it commits as a whole or not at all."""

    actor: Actor
    now: datetime
    session: AsyncSession
    announced: list[Announcement] = field(default_factory=list)

    def publish(self, event: Event) -> None:
        """Announce `event` if, and only if, this work commits."""
        event_id = new_id()
        with telemetry.creating(event, event_id, self.actor.tenant_id) as traceparent:
            self.announced.append(Announcement(event, event_id, traceparent))

    async def because(self, reason: str) -> None:
        """Let the audit trail say why the following changes were made."""
        await self.session.execute(BECAUSE, {"reason": reason})


@asynccontextmanager
async def begin(database: Database, actor: Actor, now: datetime, cause: Cause | None = None) -> AsyncIterator[Work]:
    """Do one thing: commit on success, roll back on any error; what it announces is kept in the same commit."""
    async with database.sessions() as session, session.begin():
        current = Work(actor, now, session)
        await enter(current)
        yield current
        await keep(session, current.announced, tenant_id=actor.tenant_id, cause=cause or Cause.new(), at=now)
    if current.announced:
        database.announced.set()


async def enter(work: Work) -> None:
    """Make the open transaction the tenant's own, until it ends."""
    await work.session.execute(
        SETTINGS,
        {"tenant": str(work.actor.tenant_id), "actor": work.actor.subject, "now": work.now.isoformat()},
    )
