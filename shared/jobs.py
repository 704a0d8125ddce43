"""Long work: a row with progress that any replica can take up, step by step, and that can be cancelled.

The rows live in schema `msg` beside the other infrastructure, because a worker must see those of every tenant;
people see their own tenant's through the functions here. Each step is a transaction of its own that writes its
effect and its progress together, so a step that was cut off is simply done again.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Row, text

from shared.actor import Actor
from shared.announcements import Cause
from shared.clock import Clock
from shared.database import Database, Schema
from shared.errors import Conflict, NotFound, Refused
from shared.ids import new_id
from shared.web.problems import refusals
from shared.web.route import InWork, WorkRoute
from shared.work import Work, begin

log = logging.getLogger(__name__)
LEASE = "60 seconds"
IDLE_SECONDS = 1.0


class JobState(StrEnum):
    """queued → running → done | failed | cancelled."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class NoSuchJob(NotFound):
    """There is no such job."""


class JobEnded(Conflict):
    """This job has ended already."""


@dataclass(frozen=True)
class Job:
    """A job as its step sees it: what was asked (`payload`) and where it stands (`cursor`, `done` of `total`)."""

    id: UUID
    kind: str
    payload: Mapping[str, Any]
    cursor: Mapping[str, Any]
    done: int
    total: int


@dataclass(frozen=True)
class Progress:
    """Where a job stands after a step; `cursor` None means finished, with `result`."""

    done: int
    total: int
    cursor: Mapping[str, Any] | None = None
    result: Mapping[str, Any] | None = None


Step = Callable[[Work, Job], Awaitable[Progress]]


@dataclass(frozen=True)
class JobKind:
    """A kind of job by its stable name, and its step."""

    name: str
    step: Step


def declare(schema: Schema) -> None:
    """Jobs need no table of the tenant's: theirs is made with schema `msg`."""


TABLE = """
create table msg.job (
  id uuid primary key,
  tenant_id uuid not null,
  kind text not null,
  state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  started_by text not null,
  correlation_id uuid not null,
  payload jsonb not null,
  cursor jsonb not null default '{}',
  done integer not null default 0,
  total integer not null default 0,
  result jsonb,
  error text,
  attempts smallint not null default 0,
  created_at timestamptz not null default clock_timestamp(),
  leased_until timestamptz,
  lease uuid,
  finished_at timestamptz
)
"""
INDEX = "create index job_due on msg.job (created_at) where state in ('queued', 'running')"
DDL = (TABLE, INDEX)

START = text(
    "insert into msg.job (id, tenant_id, kind, started_by, correlation_id, payload, total)"
    " values (:id, :tenant, :kind, :by, :correlation, cast(:payload as jsonb), :total)"
)
FIND = text("select * from msg.job where id = :id and tenant_id = :tenant")
CANCEL = text(
    "update msg.job set state = 'cancelled', finished_at = clock_timestamp()"
    " where id = :id and tenant_id = :tenant and state in ('queued', 'running')"
)
LEASED = text(
    f"""
    update msg.job set state = 'running', lease = :lease, leased_until = clock_timestamp() + interval '{LEASE}',
                       attempts = attempts + 1
     where id = (select id from msg.job
                  where state in ('queued', 'running') and kind = any(:kinds)
                    and (leased_until is null or leased_until < clock_timestamp())
                  order by created_at limit 1 for update skip locked)
    returning *
    """  # noqa: S608 - the only thing put in is the constant above
)
ADVANCE = text(
    """
    update msg.job set state = case when :finished then 'done' else state end, cursor = cast(:cursor as jsonb),
           done = :done, total = :total, result = cast(:result as jsonb), attempts = 0, leased_until = null,
           finished_at = case when :finished then clock_timestamp() end
     where id = :id and lease = :lease and state = 'running'
    """
)
FAIL = text(
    "update msg.job set state = 'failed', error = :error, finished_at = clock_timestamp()"
    " where id = :id and lease = :lease and state = 'running'"
)
ATTEMPTS_MAX = 5


async def start(work: Work, kind: JobKind, *, id: UUID, payload: Mapping[str, Any], total: int = 0) -> None:
    """Queue a job of `kind` with the caller's `id`; it runs after this work commits."""
    await work.session.execute(
        START,
        {
            "id": id,
            "tenant": work.actor.tenant_id,
            "kind": kind.name,
            "by": work.actor.subject,
            "correlation": id,
            "payload": json.dumps(payload),
            "total": total,
        },
    )


async def find(work: Work, job_id: UUID) -> Row[Any]:
    """One job of this tenant; raises NoSuchJob."""
    found = (await work.session.execute(FIND, {"id": job_id, "tenant": work.actor.tenant_id})).one_or_none()
    if found is None:
        raise NoSuchJob()
    return found


async def cancel(work: Work, job_id: UUID) -> None:
    """Let a job stop after its current step; what it did so far stays. Raises NoSuchJob, JobEnded."""
    await find(work, job_id)
    ended = await work.session.execute(CANCEL, {"id": job_id, "tenant": work.actor.tenant_id})
    if not ended.rowcount:  # type: ignore[attr-defined]
        raise JobEnded()


class Runner:
    """Takes up the jobs of one service, one step at a time."""

    def __init__(self, database: Database, kinds: tuple[JobKind, ...], now: Clock) -> None:
        self.database = database
        self.kinds = {kind.name: kind for kind in kinds}
        self.now = now

    async def run(self, stopping: asyncio.Event) -> None:
        """Take up jobs until `stopping` is set."""
        while not stopping.is_set():
            if not await self.step():
                try:
                    await asyncio.wait_for(stopping.wait(), IDLE_SECONDS)
                except TimeoutError:
                    continue

    async def step(self) -> bool:
        """Do one step of one job, if one is due; whether there was one."""
        if not self.kinds:
            return False
        lease = new_id()
        async with self.database.engine.begin() as connection:
            leased = await connection.execute(LEASED, {"lease": lease, "kinds": list(self.kinds)})
            row = leased.one_or_none()
        if row is None:
            return False
        try:
            await self._advance(row, lease)
        except Refused as refusal:
            await self._fail(row, lease, refusal.detail)
        except Exception as error:
            log.exception("job %s failed at attempt %s", row.id, row.attempts)
            if row.attempts >= ATTEMPTS_MAX:
                await self._fail(row, lease, f"{type(error).__name__}: {error}")
        return True

    async def _advance(self, row: Row[Any], lease: UUID) -> None:
        actor = Actor(row.started_by, row.tenant_id, is_service=True)
        job = Job(row.id, row.kind, row.payload, row.cursor, row.done, row.total)
        async with begin(self.database, actor, self.now(), Cause(row.correlation_id)) as work:
            progress = await self.kinds[row.kind].step(work, job)
            kept = await work.session.execute(
                ADVANCE,
                {
                    "id": row.id,
                    "lease": lease,
                    "finished": progress.cursor is None,
                    "cursor": json.dumps(progress.cursor or {}),
                    "done": progress.done,
                    "total": progress.total,
                    "result": json.dumps(progress.result) if progress.result is not None else None,
                },
            )
            if not kept.rowcount:  # type: ignore[attr-defined]
                raise LeaseLost

    async def _fail(self, row: Row[Any], lease: UUID, why: str) -> None:
        async with self.database.engine.begin() as connection:
            await connection.execute(FAIL, {"id": row.id, "lease": lease, "error": why})


class LeaseLost(Refused):
    """Somebody cancelled this job or took it over; this step does not count."""


router = APIRouter(prefix="/jobs", tags=["jobs"], route_class=WorkRoute)


class JobView(BaseModel):
    """How far a job is."""

    model_config = ConfigDict(from_attributes=True)
    id: UUID
    kind: str
    state: JobState
    done: int
    total: int
    result: dict[str, Any] | None
    error: str | None


@router.get("/{job_id}", responses=refusals(NoSuchJob))
async def show(job_id: UUID, work: InWork) -> JobView:
    """How far a job of one's own is."""
    found = await find(work, job_id)
    if found.started_by != work.actor.subject:
        raise NoSuchJob()
    return JobView.model_validate(found)
