"""Taking up jobs: a replica leases the one that has waited longest, does one step of it and lets go.

A lease that ran out is anybody's; whoever held it finds so when writing the progress, and the step is rolled back.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, text

from shared import telemetry
from shared.actor import Actor
from shared.announcements import Cause
from shared.clock import Clock
from shared.database import Database
from shared.errors import Refused
from shared.ids import new_id
from shared.jobs.job import CalendarJob, Job, JobKind
from shared.messaging.backoff import growing
from shared.work import begin

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=60)
ATTEMPTS_MAX = 5
IDLE_SECONDS = 1.0
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
CALENDAR_KEPT = timedelta(days=30)

TAKE_UP = text(
    """
    update msg.job set state = 'running', lease = :lease, attempts = attempts + 1,
                       due_at = msg.clock() + cast(:lasting as interval)
     where (tenant_id, id) = (select tenant_id, id from msg.job
                               where state in ('queued', 'running') and due_at <= msg.clock() and kind = any(:kinds)
                               order by due_at limit 1 for update skip locked)
    returning *
    """
)
HELD = "where tenant_id = :tenant and id = :id and lease = :lease and state = 'running' returning id"
ADVANCE = text(
    f"""
    update msg.job set state = case when :finished then 'done' else state end, cursor = cast(:cursor as jsonb),
           done = :done, total = :total, result = cast(:result as jsonb), attempts = 0, lease = null,
           due_at = msg.clock() + cast(:pause as interval),
           finished_at = case when :finished then msg.clock() end
    {HELD}
    """  # noqa: S608 - put together from constants
)
PUT_OFF = text(f"update msg.job set due_at = msg.clock() + cast(:pause as interval) {HELD}")  # noqa: S608 - as above
FAIL = text(f"update msg.job set state = 'failed', error = :error, finished_at = msg.clock() {HELD}")  # noqa: S608
ENTER = text(
    """
    insert into msg.job (tenant_id, id, kind, started_by, payload)
    select tenant.id, :id, :kind, :by, jsonb_build_object('due', cast(:due as text)) from msg.tenant as tenant
    on conflict (tenant_id, id) do nothing
    """
)
CLEAR = text(
    "delete from msg.job where kind = :kind and id <> :id and finished_at < msg.clock() - cast(:kept as interval)"
)


class LeaseLost(Exception):
    """Somebody cancelled this job or took it over; this step does not count."""


async def run_apart(database: Database, kinds: Iterable[JobKind], now: Clock, stopping: asyncio.Event) -> None:
    """Take up jobs until `stopping` is set, those that wait for others apart from the rest."""
    every = tuple(kinds)
    groups = (tuple(kind for kind in every if kind.waits_for_others is apart) for apart in (False, True))
    await asyncio.gather(*(Runner(database, group, now).run(stopping) for group in groups if group))


class Runner:
    """Takes up the jobs of one service, one step at a time; any number may run side by side."""

    def __init__(self, database: Database, kinds: tuple[JobKind, ...], now: Clock) -> None:
        self.database = database
        self.kinds = {kind.name: kind for kind in kinds}
        self.now = now
        self._entered: dict[str, datetime] = {}

    async def run(self, stopping: asyncio.Event) -> None:
        """Take up jobs until `stopping` is set; without the database, try again ever later."""
        failures = 0
        while not stopping.is_set():
            try:
                is_busy = await self.step()
            except Exception:
                log.exception("no job can be taken up")
                failures += 1
                is_busy = False
            else:
                failures = 0
            if not is_busy:
                pause = growing(failures, first=IDLE_SECONDS, longest=LONGEST_PAUSE) if failures else IDLE_SECONDS
                with suppress(TimeoutError):
                    await asyncio.wait_for(stopping.wait(), pause)

    async def step(self) -> bool:
        """Do one step of one job, if one is due; whether there was one."""
        await self._enter_what_is_due()
        async with self.database.engine.begin() as connection:
            values = {"lease": new_id(), "lasting": LEASE, "kinds": list(self.kinds)}
            row = (await connection.execute(TAKE_UP, values)).one_or_none()
        if row is None:
            return False
        with telemetry.span(f"job {row.kind}", attributes={"throughline.job.id": str(row.id)}):
            telemetry.of_tenant(row.tenant_id)
            await self._try(row)
        return True

    async def _enter_what_is_due(self) -> None:
        """Queue each calendar job for every tenant, once in a period, whichever replica comes first."""
        for kind in self.kinds.values():
            if not isinstance(kind, CalendarJob):
                continue
            due = kind.due(self.now())
            if self._entered.get(kind.name) != due:
                await self._enter(kind, due)
                self._entered[kind.name] = due

    async def _enter(self, kind: CalendarJob, due: datetime) -> None:
        named = {"kind": kind.name, "id": kind.id_of(due)}
        async with self.database.engine.begin() as connection:
            by = f"service:{self.database.service}"
            await connection.execute(ENTER, {**named, "by": by, "due": due.isoformat()})
            await connection.execute(CLEAR, {**named, "kept": CALENDAR_KEPT})

    async def _try(self, row: Row[Any]) -> None:
        if row.attempts > ATTEMPTS_MAX:
            await self._settle(FAIL, row, error="The process died each time while it did this step.")
            return
        try:
            async with asyncio.timeout(LEASE.total_seconds()):
                await self._advance(row)
        except LeaseLost:
            log.info("job %s was cancelled or taken over during a step", row.id)
        except Refused as refusal:
            await self._settle(FAIL, row, error=refusal.detail)
        except Exception as error:
            log.exception("job %s failed at attempt %s", row.id, row.attempts)
            if row.attempts < ATTEMPTS_MAX:
                pause = growing(row.attempts, first=FIRST_PAUSE, longest=LONGEST_PAUSE)
                await self._settle(PUT_OFF, row, pause=timedelta(seconds=pause))
            else:
                await self._settle(FAIL, row, error=_first_line(error))

    async def _advance(self, row: Row[Any]) -> None:
        actor = Actor(row.started_by, row.tenant_id, is_service=True)
        job = Job(row.id, row.kind, row.payload, row.cursor, row.done, row.total)
        async with begin(self.database, actor, self.now(), Cause(row.id)) as work:
            progress = await self.kinds[row.kind].step(work, job)
            values = {
                "finished": progress.cursor is None,
                "cursor": json.dumps(progress.cursor or {}),
                "done": progress.done,
                "total": progress.total,
                "result": json.dumps(progress.result) if progress.result is not None else None,
                "pause": progress.pause,
            }
            kept = await work.session.execute(ADVANCE, {**_held(row), **values})
            if kept.one_or_none() is None:
                raise LeaseLost
        self.database.changes.note(row.tenant_id, self.kinds[row.kind].step)

    async def _settle(self, statement: Any, row: Row[Any], **values: Any) -> None:
        """Write what has become of a step that failed, unless the job is in other hands by now."""
        async with self.database.engine.begin() as connection:
            await connection.execute(statement, {**_held(row), **values})


def _held(row: Row[Any]) -> dict[str, Any]:
    return {"tenant": row.tenant_id, "id": row.id, "lease": row.lease}


def _first_line(error: Exception) -> str:
    """The kind of an error and the first line of what it says; the others tell of the inside."""
    said = str(error).partition("\n")[0]
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
