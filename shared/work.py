"""One thing being done: who asked, at what instant, in which transaction, and what it announces."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared import telemetry
from shared.actor import Actor
from shared.announcements import Announcement, Cause, keep
from shared.contracts.base import Event
from shared.database import Database
from shared.ids import new_id
from shared.transactions import run, savepoint, transaction

# One round trip: whose rows are visible, and what the audit trail says of who and when.
SETTINGS = (
    "select set_config('app.tenant', $1, true) as tenant, set_config('app.actor', $2, true),"
    " set_config('app.now', $3, true) as now"
)
LIST = text("insert into msg.tenant (id) values (:tenant) on conflict do nothing")
BECAUSE = text("select set_config('app.reason', :reason, true)")


@dataclass(frozen=True)
class Work:
    """One request, message or job step; it commits as a whole or not at all."""

    actor: Actor
    now: datetime
    session: AsyncSession
    cause: Cause = field(default_factory=Cause.new)
    announced: list[Announcement] = field(default_factory=list)
    people: dict[str, UUID | None] = field(default_factory=dict)
    """Who is behind log-ins, as far as that was asked in this work (`shared.subjects`)."""

    def publish(self, event: Event) -> None:
        """Announce `event` if, and only if, this work commits."""
        event_id = new_id()
        thread = event.thread_id or self.cause.correlation_id
        with telemetry.creating(event, event_id, self.actor.tenant_id, thread) as traceparent:
            self.announced.append(Announcement(event, event_id, traceparent))

    async def because(self, reason: str) -> None:
        """Let the audit trail say why the following changes were made."""
        await self.session.execute(BECAUSE, {"reason": reason})


@asynccontextmanager
async def rehearsal(work: Work) -> AsyncIterator[None]:
    """What is done in the block is seen there and taken back at its end: nothing of it is kept or announced."""
    announced = len(work.announced)
    with suppress(_Rehearsed):
        async with savepoint(work.session):
            yield
            raise _Rehearsed
    del work.announced[announced:]


class _Rehearsed(Exception):
    """Ends a rehearsal by taking everything back."""


async def enter(work: Work) -> None:
    """Make the open transaction the tenant's own, until it ends."""
    await run(work.session, SETTINGS, *settings_of(work))


def settings_of(work: Work) -> tuple[str, str, str]:
    """The values of SETTINGS; its statement is the driver's own, because it runs before everything else."""
    return str(work.actor.tenant_id), work.actor.subject, work.now.isoformat()


async def list_tenant(database: Database, session: AsyncSession, tenant_id: UUID) -> None:
    """Have the tenant listed before the commit, so that what is done by the calendar is done for it too.

    Once per process this takes a statement; it comes last, because others of a new tenant wait for it.
    """
    if tenant_id not in database.tenants:
        await session.execute(LIST, {"tenant": tenant_id})


@asynccontextmanager
async def begin(
    database: Database,
    actor: Actor,
    now: datetime,
    cause: Cause | None = None,
    *,
    entering: Callable[[Work], Awaitable[None]] = enter,
) -> AsyncIterator[Work]:
    """Do one thing: commit on success, roll back on any error; what it announces is kept in the same commit.

    `entering` is the first statement of the transaction; whoever gives another one has it do what `enter` does.
    """
    async with transaction(database) as session:
        current = Work(actor, now, session, cause or Cause.new())
        await entering(current)
        yield current
        if current.announced:
            await keep(session, current.announced, tenant_id=actor.tenant_id, cause=current.cause, at=now)
        await list_tenant(database, session, actor.tenant_id)
    database.tenants.add(actor.tenant_id)
    if current.announced:
        database.announced.set()
