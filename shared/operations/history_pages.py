"""Long work and replays as people see them: what runs and how far it is, and sending events again."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from shared import jobs
from shared.messaging.replay import Choice, counted
from shared.operations import replays, trail
from shared.operations.desk import Desk, desk_for
from shared.operations.history_api import Consumer, Subject, Type
from shared.operations.parked_api import Text
from shared.operations.permissions import Permission
from shared.operations.place import here
from shared.pages import InWork, PageRoute, form_of, page, said
from shared.ui.listing import Column, Listing, Rows, who
from shared.ui.words import gettext as _
from shared.web import Body

router = APIRouter(prefix="/ops", route_class=PageRoute)
Said = Annotated[str, Query(max_length=250)]


class Chosen(Body):
    """Which events are meant: of one type, about one thing, made in these days (the last one counts)."""

    type: Type | None = None
    subject: Subject | None = None
    first_day: date | None = None
    last_day: date | None = None


class ReplayForm(Chosen):
    """The chosen events, to whom they go again, at which rate, and why."""

    to: Consumer
    reason: Text
    per_second: Annotated[int, Field(ge=1, le=5000)] = replays.PER_SECOND


@router.get("/jobs")
async def listed(request: Request, work: InWork, rows: Rows) -> Response:
    """Long work, the latest first."""
    desk_for(work, Permission.SEE_OPERATIONS)
    found = await jobs.listed(work, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("kind", _("What")),
        Column("started_by", _("By"), who("started_by")),
        Column("created_at", _("Started")),
        Column("state", _("State"), said("ui/layout.html", "job_state", "state")),
        Column("error", _("Error"), only="file"),
        Column("done", _("Done"), number=True),
        Column("total", _("Of"), only="file"),
    )
    listing = Listing.of(request, "jobs", columns, found.items, next=found.next)
    return page(request, "operations/jobs.html", listing=listing, here=here(request))


@router.get("/jobs/{job_id}")
async def show(request: Request, job_id: UUID, work: InWork) -> Response:
    """One job: how far it is, what it was asked, what came of it."""
    desk_for(work, Permission.SEE_OPERATIONS)
    found = await jobs.find(work, job_id)
    may_operate = work.actor.may(Permission.OPERATE)
    return page(request, "operations/job.html", job=found, may_operate=may_operate, here=here(request))


@router.get("/jobs/{job_id}/progress")
async def progress(request: Request, job_id: UUID, work: InWork) -> Response:
    """How far one job is, for the page that shows it."""
    desk_for(work, Permission.SEE_OPERATIONS)
    found = await jobs.find(work, job_id)
    may_operate = work.actor.may(Permission.OPERATE)
    return page(request, "operations/job_progress.html", job=found, may_operate=may_operate, here=here(request))


@router.post("/jobs/{job_id}/cancellation")
async def cancel(request: Request, job_id: UUID, work: InWork) -> Response:
    """Stop a job after its current step; what it did stays."""
    desk = desk_for(work, Permission.OPERATE)
    await jobs.cancel(work, job_id)
    await trail.write(desk, "cancelled", reason=_("on the page of the job"), details={"job_id": str(job_id)})
    return RedirectResponse(f"{here(request)}/jobs/{job_id}", 303)


@router.get("/replay")
async def choose(
    request: Request, work: InWork, *, type: Said = "", subject: Said = "", first_day: Said = "", last_day: Said = ""
) -> Response:
    """What a replay would send, by type: its dry run, and the form that sends it."""
    desk = desk_for(work, Permission.SEE_OPERATIONS)
    said = {"type": type, "subject": subject, "first_day": first_day, "last_day": last_day}
    chosen = Chosen.model_validate({name: value for name, value in said.items() if value})
    return page(
        request,
        "operations/replay.html",
        counts=await counted(desk.session, await _choice(desk, chosen)),
        said=said,
        may_operate=work.actor.may(Permission.OPERATE),
        here=here(request),
    )


@router.post("/replay")
async def start(request: Request, work: InWork) -> Response:
    """Send the chosen events again to one consumer, by a job."""
    desk = desk_for(work, Permission.OPERATE)
    form = await form_of(request, ReplayForm)
    choice = await _choice(desk, form)
    job_id = await replays.start(work, choice, form.to, reason=form.reason, per_second=form.per_second)
    return RedirectResponse(f"{here(request)}/jobs/{job_id}", 303)


async def _choice(desk: Desk, chosen: Chosen) -> Choice:
    until = _midnight(chosen.last_day, days=1) or await replays.now(desk.session)
    types = [chosen.type] if chosen.type else None
    return Choice(until, desk.tenant_id, types, chosen.subject, _midnight(chosen.first_day))


def _midnight(day: date | None, *, days: int = 0) -> datetime | None:
    return None if day is None else datetime.combine(day + timedelta(days=days), time(), UTC)
