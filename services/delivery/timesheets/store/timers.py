"""How timers are kept: those that stopped stay, so that stopping can be undone."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Boolean, Column, DateTime, Integer, Uuid, select

from services.delivery.tables import schema
from services.delivery.timesheets.model.timer import NoSuchTimer, Timer
from shared.database import belongs_to, only_one
from shared.work import Work

timers = schema.table(
    "timers",
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("task_id", Uuid, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("stopped_at", DateTime(timezone=True)),
    Column("is_recorded", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    belongs_to("task_id", "tasks"),
    only_one("person_id", where="stopped_at is null"),
    audited=False,
)

schema.map(Timer, timers, version=timers.c.version)


async def running(work: Work, person_id: UUID, *, lock: bool = False) -> Timer | None:
    """The timer of a person that runs, if one does, locked until this work ends if asked."""
    rows = select(Timer).where(timers.c.person_id == person_id, timers.c.stopped_at.is_(None))
    found: Timer | None = await work.session.scalar(rows.with_for_update() if lock else rows)
    return found


async def one(work: Work, timer_id: UUID, *, person_id: UUID) -> Timer:
    """A timer of a person, locked until this work ends."""
    rows = select(Timer).where(timers.c.id == timer_id, timers.c.person_id == person_id).with_for_update()
    found = await work.session.scalar(rows)
    if found is None:
        raise NoSuchTimer()
    return found


def add(work: Work, timer: Timer) -> None:
    """Keep a new timer."""
    work.session.add(timer)


async def delete(work: Work, timer: Timer) -> None:
    """Forget a timer that should not have begun."""
    await work.session.delete(timer)
    await work.session.flush()
