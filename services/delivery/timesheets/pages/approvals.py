"""Approvals: submitted weeks that wait for whoever asks, the unusual ones first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from pydantic import Field, TypeAdapter, ValidationError

from services.delivery.permissions import Permission
from services.delivery.projects.model.project import number_of
from services.delivery.timesheets import queries
from services.delivery.timesheets.actions import decisions
from services.delivery.timesheets.api.entries import CorrectionBody
from services.delivery.timesheets.api.timesheets import RejectionBody
from services.delivery.timesheets.model.entries import MINUTES_A_DAY, TimesheetState
from services.delivery.timesheets.queries import LONG_DAY
from shared.database import LIMIT_MAX
from shared.pages import InWork, PageRoute, TypedHours, form_of, page, toast
from shared.pages.waiting import WAITING_AT_MOST, Need, Verb
from shared.subjects import acting_person
from shared.ui.formats import hours
from shared.ui.listing import Column, Listing, Rows, in_hours
from shared.ui.words import gettext as _
from shared.ui.words import ngettext
from shared.work import Work

router = APIRouter(prefix="/approvals", route_class=PageRoute)
CHOSEN = TypeAdapter(Annotated[list[UUID], Field(min_length=1, max_length=LIMIT_MAX)])


class CorrectionForm(CorrectionBody):
    """What was right, in hours as people type them; nothing where nothing was."""

    minutes: Annotated[int, TypedHours, Field(ge=0, le=MINUTES_A_DAY)]


@router.get("")
async def approvals(request: Request, work: InWork, rows: Rows) -> Response:
    """What waits, with what is unusual about it."""
    found = await queries.waiting_timesheets(work, sort=rows.sort, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("person", _("Who"), "person_name", sorts=True),
        Column("project", _("Project"), lambda row: number_of(row.project_ordinal), sorts=True),
        Column("project_name", _("Name"), only="file"),
        Column("week", _("Week from"), "week_starts_on", sorts=True),
        Column("minutes", _("Hours"), in_hours("minutes"), sorts=True, number=True),
        Column("billable", _("Billable"), in_hours("billable_minutes"), sorts=True, number=True),
        Column("unusual", _("Look at"), only="page"),
        Column("longest_day", _("Longest day"), in_hours("longest_day"), only="file"),
        Column("weekend", _("Weekend"), in_hours("weekend_minutes"), only="file"),
        Column("over_sold", _("Over the sold hours"), in_hours("over_sold_minutes"), only="file"),
        Column("submitted", _("Submitted"), "submitted_at", sorts=True),
    )
    listing = Listing.of(request, "approvals", columns, found.items, next=found.next)
    return page(request, "delivery/timesheets/approvals.html", listing=listing, long_day=LONG_DAY, number_of=number_of)


@router.post("")
async def approve_chosen(request: Request, work: InWork) -> Response:
    """Sign off every chosen week, all or none."""
    chosen = await _chosen(request)
    for timesheet_id in chosen:
        await decisions.approve_timesheet(work, timesheet_id)
    return _back(ngettext("%(num)s week approved.", "%(num)s weeks approved.", len(chosen)) % {"num": len(chosen)})


@router.get("/{timesheet_id}")
async def timesheet(request: Request, timesheet_id: UUID, work: InWork) -> Response:
    """One week of somebody on a project, entry by entry."""
    found = await queries.get_timesheet(work, timesheet_id)
    head = found.timesheet
    decides = work.actor.may(Permission.APPROVE_TIME) and head.person_id != await acting_person(work)
    by_day: dict[object, int] = {}
    for entry in found.entries:
        by_day[entry.day] = by_day.get(entry.day, 0) + entry.minutes
    return page(
        request,
        "delivery/timesheets/timesheet.html",
        timesheet=head,
        project_number=number_of(head.project_ordinal),
        entries=found.entries,
        task_names=await queries.task_names(work, found.entries),
        by_day=by_day,
        long_day=LONG_DAY,
        may_decide=decides and head.state == TimesheetState.SUBMITTED,
        corrections=found.corrections,
        taken_back=found.taken_back,
        correctable={entry.id for entry in found.entries if decides and found.can_be_corrected(entry)},
    )


@router.post("/{timesheet_id}/approval")
async def approve(timesheet_id: UUID, work: InWork) -> Response:
    """Sign one week off."""
    await decisions.approve_timesheet(work, timesheet_id)
    return _back(_("The week is approved."))


@router.post("/{timesheet_id}/rejection")
async def reject(request: Request, timesheet_id: UUID, work: InWork) -> Response:
    """Give one week back, saying why."""
    form = await form_of(request, RejectionBody)
    await decisions.reject_timesheet(work, timesheet_id, reason=form.reason)
    return _back(_("The week is back with the person."))


@router.get("/{timesheet_id}/entries/{entry_id}/correction")
async def what_was_right(request: Request, timesheet_id: UUID, entry_id: UUID, work: InWork) -> Response:
    """The form that asks what was right; a part of the week's page."""
    work.actor.must(Permission.APPROVE_TIME)
    entry = (await queries.get_timesheet(work, timesheet_id)).entry(entry_id)
    names = await queries.task_names(work, [entry])
    here = request.url.path
    return page(request, "delivery/timesheets/correction.html", here=here, entry=entry, task=names[entry.task_id])


@router.post("/{timesheet_id}/entries/{entry_id}/correction")
async def correct(request: Request, timesheet_id: UUID, entry_id: UUID, work: InWork) -> Response:
    """Take an approved entry back, and have the right one in its place."""
    form = await form_of(request, CorrectionForm)
    await decisions.correct_entry(work, entry_id, minutes=form.minutes or None, reason=form.reason)
    said = toast(_("Corrected. Billing and the margin follow."))
    return RedirectResponse(f"/delivery/approvals/{timesheet_id}", 303, said)


async def needs(work: Work) -> Sequence[Need]:
    """Weeks to sign off."""
    if not work.actor.may(Permission.APPROVE_TIME):
        return []
    found = await queries.waiting_timesheets(work, cursor=None, limit=WAITING_AT_MOST)
    return [
        Need(
            Verb.APPROVE,
            _("Approve a week"),
            f"/delivery/approvals/{one.id}",
            f"{one.person_name} · {one.project_name} · {hours(one.minutes)}",
            one.submitted_at.date(),
            is_late=one.rank == 0,
        )
        for one in found.items
    ]


async def _chosen(request: Request) -> list[UUID]:
    try:
        return CHOSEN.validate_python((await request.form()).getlist("id"))
    except ValidationError as error:
        raise RequestValidationError([{**fault, "loc": ("body", "id")} for fault in error.errors()]) from error


def _back(said: str) -> Response:
    return RedirectResponse("/delivery/approvals", 303, toast(said))
