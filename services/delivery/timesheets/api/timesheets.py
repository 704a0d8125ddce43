"""Timesheets over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.delivery.timesheets import queries
from services.delivery.timesheets.actions import decisions, own_time
from services.delivery.timesheets.api.views import (
    CopiedView,
    EntryView,
    SkippedView,
    TimesheetInFullView,
    TimesheetsView,
    TimesheetView,
)
from services.delivery.timesheets.model.entries import (
    NobodyBehindLogIn,
    NothingToCopy,
    TimesheetState,
    Unrecorded,
    WeekStartsOnMonday,
)
from services.delivery.timesheets.model.weeks import (
    NothingToSubmit,
    NotYoursToDecide,
    OwnTimesheet,
    TimesheetNotSubmitted,
)
from services.delivery.timesheets.queries import Show
from shared.actor import NotPermitted
from shared.errors import NotFound
from shared.web import Body, Cursor, InWork, Limit, PageOf, WorkRoute, refusals

router = APIRouter(prefix="/timesheets", tags=["time"], route_class=WorkRoute)
DECIDING = refusals(NotPermitted, OwnTimesheet, NotYoursToDecide, NotFound, TimesheetNotSubmitted)


class WeekBody(Body):
    """The Monday of the week."""

    week_starts_on: date


class SubmissionBody(WeekBody):
    """The Monday of the week, and the project if not all of them."""

    project_id: UUID | None = None


class RejectionBody(Body):
    """Why the week is given back."""

    reason: Annotated[str, Field(min_length=1, max_length=2000)]


@router.get("", responses=refusals(NotPermitted))
async def list_timesheets(
    work: InWork,
    show: Show = Show.MINE,
    state: TimesheetState | None = None,
    *,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOf[TimesheetView]:
    """Timesheets, the newest week first: yours, those that wait for you, or all that you may see."""
    found = await queries.list_timesheets(work, show=show, state=state, cursor=cursor, limit=limit)
    return PageOf[TimesheetView].of(found, TimesheetView)


@router.post("/submission", responses=refusals(NotPermitted, NobodyBehindLogIn, NothingToSubmit, WeekStartsOnMonday))
async def submit_week(body: SubmissionBody, work: InWork) -> TimesheetsView:
    """Hand in your week, on one project or on all."""
    submitted = await own_time.submit_week(work, week_starts_on=body.week_starts_on, project_id=body.project_id)
    rows = await queries.submitted_timesheets(work, list(submitted))
    return TimesheetsView(items=[TimesheetView.model_validate(row) for row in rows])


@router.post(
    "/copy",
    status_code=201,
    responses=refusals(NotPermitted, NobodyBehindLogIn, NothingToCopy, WeekStartsOnMonday),
)
async def copy_week(body: WeekBody, work: InWork) -> CopiedView:
    """Record in this week what you worked in the week before."""
    copied = await own_time.copy_week(work, week_starts_on=body.week_starts_on)
    return CopiedView(
        items=[EntryView.model_validate(entry) for entry in copied.items],
        skipped=[_skipped(unrecorded) for unrecorded in copied.skipped],
    )


@router.get("/{timesheet_id}", responses=refusals(NotPermitted, NotFound))
async def get_timesheet(timesheet_id: UUID, work: InWork) -> TimesheetInFullView:
    """One week on a project with its entries."""
    return await _shown(work, timesheet_id)


@router.post("/{timesheet_id}/approval", responses=DECIDING)
async def approve_timesheet(timesheet_id: UUID, work: InWork) -> TimesheetInFullView:
    """Sign off somebody's week on a project."""
    await decisions.approve_timesheet(work, timesheet_id)
    return await _shown(work, timesheet_id)


@router.post("/{timesheet_id}/rejection", responses=DECIDING)
async def reject_timesheet(timesheet_id: UUID, body: RejectionBody, work: InWork) -> TimesheetInFullView:
    """Give somebody's week back."""
    await decisions.reject_timesheet(work, timesheet_id, reason=body.reason)
    return await _shown(work, timesheet_id)


async def _shown(work: InWork, timesheet_id: UUID) -> TimesheetInFullView:
    found = await queries.get_timesheet(work, timesheet_id)
    head = TimesheetInFullView.model_validate(found.timesheet)
    return head.model_copy(update={"entries": [EntryView.model_validate(entry) for entry in found.entries]})


def _skipped(unrecorded: Unrecorded) -> SkippedView:
    refusal = unrecorded.problem.refusal("")
    return SkippedView(id=unrecorded.id, code=refusal.code(), detail=refusal.detail)
