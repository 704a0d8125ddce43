"""The event log over HTTP: counting it, replaying it, having a consumer forget, redacting."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status
from pydantic import AwareDatetime, Field

from shared import jobs
from shared.actor import NotPermitted
from shared.jobs import JobEnded, NoSuchJob
from shared.messaging.replay import Choice, counted
from shared.operations import redaction, replays
from shared.operations.desk import desk_for
from shared.operations.parked_api import Started, Text
from shared.operations.permissions import Permission
from shared.operations.redaction import NothingToRedact
from shared.operations.replays import NothingToForget, NothingToReplay
from shared.web import Body, InWork, View, WorkRoute, refusals

router = APIRouter(tags=["event-log"], route_class=WorkRoute)

Type = Annotated[str, Field(pattern=r"^throughline\.[a-z]+\.[a-z_]+\.[a-z_]+\.v[1-9][0-9]{0,3}$", max_length=200)]
Subject = Annotated[str, Field(pattern=r"^[a-z_]{1,40}/[!-~]{1,200}$", description="as in events: account/<id>")]
Consumer = Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z][a-z0-9_]*(@[1-9][0-9]{0,3})?$", max_length=100)]
FieldName = Annotated[str, Field(pattern=r"^[a-z_]+(\.[a-z_]+)*$", max_length=200)]


class LoggedCountView(View):
    """How many events of one type are in the log, and how many of them were redacted."""

    type: str
    events: int
    redacted: int
    first: datetime
    last: datetime


class Counts(View):
    """What a replay of these events would send."""

    types: list[LoggedCountView]


class Replay(Body):
    """Which events are sent again, to whom, why, and how many a second; what is left out is not asked for."""

    to: Consumer
    reason: Text
    types: Annotated[list[Type] | None, Field(min_length=1, max_length=50)] = None
    subject: Subject | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    per_second: Annotated[int, Field(ge=1, le=5000)] = replays.PER_SECOND


class Forget(Body):
    """Which finished messages a consumer forgets, by when their events were made, and why."""

    consumer: Consumer
    reason: Text
    type: Type | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class Forgotten(View):
    """How many messages a consumer does not know any more."""

    messages: int


class Redaction(Body):
    """What is overwritten in everything said about a subject (no fields: all of it), and why."""

    subject: Subject
    reason: Text
    fields: list[FieldName] = Field(default_factory=list, max_length=50)


class RedactedView(View):
    """How much was redacted here; what is on its way was not and takes another redaction."""

    events: int
    parked: int
    on_their_way: int


@router.get("/event-log", responses=refusals(NotPermitted))
async def count(
    work: InWork,
    *,
    type: Annotated[Type | None, Query()] = None,
    subject: Annotated[Subject | None, Query()] = None,
    since: Annotated[AwareDatetime | None, Query()] = None,
    until: Annotated[AwareDatetime | None, Query()] = None,
) -> Counts:
    """What a replay would send, by type: its dry run; for administrators and auditors."""
    desk = desk_for(work, Permission.SEE_OPERATIONS)
    choice = Choice(until or await replays.now(desk.session), desk.tenant_id, type and [type], subject, since)
    return Counts(types=[LoggedCountView.model_validate(row) for row in await counted(desk.session, choice)])


@router.post("/replays", status_code=status.HTTP_202_ACCEPTED, responses=refusals(NotPermitted, NothingToReplay))
async def start(body: Replay, work: InWork) -> Started:
    """Send events again to one consumer, by a job; for administrators, as are all changes here."""
    desk = desk_for(work, Permission.OPERATE)
    until = body.until or await replays.now(desk.session)
    choice = Choice(until, desk.tenant_id, body.types, body.subject, body.since)
    return Started(job_id=await replays.start(work, choice, body.to, reason=body.reason, per_second=body.per_second))


@router.post(
    "/replays/{job_id}/cancellation",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=refusals(NotPermitted, NoSuchJob, JobEnded),
)
async def cancel(job_id: UUID, work: InWork) -> None:
    """Stop a replay; what it sent stays sent."""
    desk_for(work, Permission.OPERATE)
    if (await jobs.find(work, job_id)).kind != replays.REPLAY.name:
        raise NoSuchJob()
    await jobs.cancel(work, job_id)


@router.post("/forgetting", responses=refusals(NotPermitted, NothingToForget))
async def forget(body: Forget, work: InWork) -> Forgotten:
    """Have a consumer forget what it has done, so that a replay does it anew."""
    desk = desk_for(work, Permission.OPERATE)
    until = body.until or await replays.now(desk.session)
    forgotten = await replays.forget(
        desk, body.consumer, type=body.type, since=body.since, until=until, reason=body.reason
    )
    return Forgotten(messages=forgotten)


@router.post("/redactions", responses=refusals(NotPermitted, NothingToRedact))
async def redact(body: Redaction, work: InWork) -> RedactedView:
    """Overwrite for good what the log and parked messages say about a subject; ids, times and types stay."""
    desk = desk_for(work, Permission.OPERATE)
    return RedactedView.model_validate(await redaction.redact(desk, body.subject, body.fields, body.reason))
