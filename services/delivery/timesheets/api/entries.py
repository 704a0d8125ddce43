"""Time entries over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import Field

from services.delivery.timesheets import queries
from services.delivery.timesheets.actions import decisions, own_time
from services.delivery.timesheets.api.views import CorrectionView, EntriesView, EntryView
from services.delivery.timesheets.model.entries import (
    MINUTES_A_DAY,
    DayTooLong,
    EntryExists,
    NobodyBehindLogIn,
    NoSuchTaskForTime,
    NotEmployed,
    TimeOnClosedProject,
    TimeOnProjectOnHold,
    TimeOnSummary,
    WeekHandedIn,
    WeekStartsOnMonday,
    Worked,
)
from services.delivery.timesheets.model.weeks import AlreadyCorrected, NotApprovedYet, NotYoursToDecide, OwnTimesheet
from shared.actor import NotPermitted
from shared.errors import NotFound, Stale
from shared.web import Body, InWork, WorkRoute, must_match, refusals, set_etag

router = APIRouter(prefix="/time-entries", tags=["time"], route_class=WorkRoute)

ENTRIES_MAX = 100
RECORDING = refusals(
    NotPermitted,
    NobodyBehindLogIn,
    NoSuchTaskForTime,
    TimeOnSummary,
    TimeOnClosedProject,
    TimeOnProjectOnHold,
    NotEmployed,
    WeekHandedIn,
    DayTooLong,
    EntryExists,
)

Minutes = Annotated[int, Field(ge=1, le=MINUTES_A_DAY)]
Note = Annotated[str, Field(max_length=2000)]
Reason = Annotated[str, Field(min_length=1, max_length=2000)]


class WorkedBody(Body):
    """What you worked; without `billable` it is so if the task has a sold line."""

    task_id: UUID
    day: date
    minutes: Minutes
    billable: bool | None = None
    note: Note = ""


class EntryBody(WorkedBody):
    """One entry of many, with the id that you give it."""

    id: UUID


class EntriesBody(Body):
    """Up to 100 entries, recorded all or none."""

    entries: Annotated[list[EntryBody], Field(min_length=1, max_length=ENTRIES_MAX)]


class ChangeBody(Body):
    """What of an entry changes; what is left out stays."""

    minutes: Minutes | None = None
    billable: bool | None = None
    note: Note | None = None


class CorrectionBody(Body):
    """How many minutes were right, null for none, and why."""

    minutes: Minutes | None
    reason: Reason


@router.get("", responses=refusals(NotPermitted, NobodyBehindLogIn, WeekStartsOnMonday))
async def list_own_week(week_starts_on: date, work: InWork) -> EntriesView:
    """Your entries of the week that starts on this Monday."""
    found = await queries.own_week(work, week_starts_on=week_starts_on)
    return EntriesView(items=[EntryView.model_validate(entry) for entry in found])


@router.get("/{entry_id}", responses=refusals(NotPermitted, NobodyBehindLogIn, NotFound))
async def get_entry(entry_id: UUID, work: InWork, response: Response) -> EntryView:
    """One of your entries."""
    entry = await queries.own_entry(work, entry_id)
    set_etag(response, entry.version)
    return EntryView.model_validate(entry)


@router.put("/{entry_id}", status_code=201, responses=RECORDING)
async def record_time(entry_id: UUID, body: WorkedBody, work: InWork, response: Response) -> EntryView:
    """Record time that you worked."""
    worked = Worked(entry_id, body.task_id, body.day, body.minutes, body.billable, body.note)
    entry = await own_time.record_time(work, worked)
    set_etag(response, entry.version)
    return EntryView.model_validate(entry)


@router.post("", status_code=201, responses=RECORDING)
async def record_all_time(body: EntriesBody, work: InWork) -> EntriesView:
    """Record many entries at once, all or none."""
    worked = [Worked(one.id, one.task_id, one.day, one.minutes, one.billable, one.note) for one in body.entries]
    kept = await own_time.record_all_time(work, worked)
    return EntriesView(items=[EntryView.model_validate(entry) for entry in kept])


@router.patch(
    "/{entry_id}",
    responses=refusals(NotPermitted, NobodyBehindLogIn, NotFound, WeekHandedIn, DayTooLong, Stale),
)
async def change_entry(
    entry_id: UUID, body: ChangeBody, work: InWork, *, request: Request, response: Response
) -> EntryView:
    """Change one of your entries, as long as its week is not handed in."""
    seen = await queries.own_entry(work, entry_id)
    must_match(request, seen.version)
    entry = await own_time.change_entry(work, seen, **body.model_dump())
    set_etag(response, entry.version)
    return EntryView.model_validate(entry)


@router.delete(
    "/{entry_id}",
    status_code=204,
    responses=refusals(NotPermitted, NobodyBehindLogIn, NotFound, WeekHandedIn, Stale),
)
async def delete_entry(entry_id: UUID, work: InWork, request: Request) -> None:
    """Take out one of your entries, as long as its week is not handed in."""
    seen = await queries.own_entry(work, entry_id)
    must_match(request, seen.version)
    await own_time.delete_entry(work, seen)


@router.post(
    "/{entry_id}/correction",
    status_code=201,
    responses=refusals(NotPermitted, OwnTimesheet, NotYoursToDecide, NotApprovedYet, AlreadyCorrected, DayTooLong),
)
async def correct_entry(entry_id: UUID, body: CorrectionBody, work: InWork) -> CorrectionView:
    """Put somebody's approved time right by a reversing entry, and the right one where there is one."""
    correction = await decisions.correct_entry(work, entry_id, minutes=body.minutes, reason=body.reason)
    return CorrectionView.model_validate(correction)
