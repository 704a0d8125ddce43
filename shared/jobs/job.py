"""A job: what was asked, how far it is, and how it is started, found and cancelled.

People see their own tenant's through the functions here. Each step is a transaction of its own that writes its effect
and its progress together, so a step that was cut off is simply done again.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import DateTime, Row, Uuid, column, select, table, text

from shared.database import Page, page
from shared.errors import Conflict, NotFound
from shared.work import Work

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

START = text(
    "insert into msg.job (tenant_id, id, kind, started_by, payload, total)"
    " values (:tenant, :id, :kind, :by, cast(:payload as jsonb), :total)"
)
FIND = text("select * from msg.job where tenant_id = :tenant and id = :id")
STATES = text("select id, state from msg.job where tenant_id = :tenant and id = any(:ids)")
CANCEL = text(
    "update msg.job set state = 'cancelled', finished_at = msg.clock()"
    " where tenant_id = :tenant and id = :id and state in ('queued', 'running') returning id"
)


JOBS = table(
    "job",
    column("tenant_id", Uuid),
    column("id", Uuid),
    column("created_at", DateTime(timezone=True)),
    *(column(name) for name in ("kind", "state", "started_by", "done", "total", "error", "finished_at")),
    schema="msg",
)


class JobState(StrEnum):
    """queued → running → done | failed | cancelled."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})


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
    """Where a job stands after a step; `cursor` None means finished, with `result`, else it goes on after `pause`."""

    done: int
    total: int
    cursor: Mapping[str, Any] | None = None
    result: Mapping[str, Any] | None = None
    pause: timedelta = timedelta()


Step = Callable[[Work, Job], Awaitable[Progress]]


@dataclass(frozen=True)
class JobName:
    """A kind of job by its stable name, for whoever starts one and leaves it to others to do it."""

    name: str


@dataclass(frozen=True)
class JobKind(JobName):
    """A kind of job and its step, which takes seconds: one of a minute is cut off as failed.

    One that `waits_for_others`, outside of our own systems, holds up no job that does not.
    """

    step: Step
    waits_for_others: bool = field(default=False, kw_only=True)


@dataclass(frozen=True)
class CalendarJob(JobKind):
    """A kind of job that every tenant has once in each period of this length; `payload["due"]` says when it began.

    Periods follow each other from 1970-01-01 in UTC, so days begin at midnight. Of the periods that passed while
    nothing ran, only the last one is made up for.
    """

    every: timedelta

    def due(self, now: datetime) -> datetime:
        """When the period began that `now` (aware) lies in."""
        return EPOCH + (now - EPOCH) // self.every * self.every

    def id_of(self, due: datetime) -> UUID:
        """The id that this job has for `due`, the same for whoever enters it."""
        return uuid5(NAMESPACE_URL, f"throughline:calendar:{self.name}:{due.isoformat()}")


async def start(work: Work, kind: JobName, *, id: UUID, payload: Mapping[str, Any], total: int = 0) -> None:
    """Queue a job of `kind` with the caller's `id`, new in its tenant; it runs after this work commits."""
    await work.session.execute(
        START,
        {
            "tenant": work.actor.tenant_id,
            "id": id,
            "kind": kind.name,
            "by": work.actor.subject,
            "payload": json.dumps(payload),
            "total": total,
        },
    )


async def listed(work: Work, *, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """The jobs of this tenant, the latest first."""
    rows = select(JOBS).where(JOBS.c.tenant_id == work.actor.tenant_id)
    keys = (JOBS.c.created_at, JOBS.c.id)
    return await page(work.session, rows, keys=keys, cursor=cursor, limit=limit, descending=True)


async def find(work: Work, job_id: UUID) -> Row[Any]:
    """One job of this tenant; raises NoSuchJob."""
    found = (await work.session.execute(FIND, {"tenant": work.actor.tenant_id, "id": job_id})).one_or_none()
    if found is None:
        raise NoSuchJob()
    return found


async def states(work: Work, ids: Sequence[UUID]) -> dict[UUID, JobState]:
    """Where each of these jobs of this tenant stands."""
    rows = await work.session.execute(STATES, {"tenant": work.actor.tenant_id, "ids": list(ids)})
    return {row.id: JobState(row.state) for row in rows}


async def cancel(work: Work, job_id: UUID) -> None:
    """Let a job stop: what it did so far stays, the step under way does not count. Raises NoSuchJob, JobEnded."""
    await find(work, job_id)
    ended = await work.session.execute(CANCEL, {"tenant": work.actor.tenant_id, "id": job_id})
    if ended.one_or_none() is None:
        raise JobEnded()
