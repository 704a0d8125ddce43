"""Leave as people see it: who asks to be away, and deciding on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.resourcing.calendars import actions, queries
from services.resourcing.calendars.api import DeclineBody, Reason
from services.resourcing.calendars.model import TimeOffKind, TimeOffStatus
from services.resourcing.permissions import Permission
from shared.ids import new_id
from shared.pages import InWork, LastDay, PageRoute, form_of, page, said
from shared.pages.waiting import WAITING_AT_MOST, Need, Verb
from shared.ui.formats import day_short
from shared.ui.listing import Column, Listing, Rows, last_day
from shared.ui.words import gettext as _
from shared.web.bodies import Body
from shared.work import Work

router = APIRouter(route_class=PageRoute)
LEAVE = "/resourcing/time-off"


class LeaveForm(Body):
    """When somebody wants to be away; `time_off_id` counts it once."""

    time_off_id: UUID
    starts_on: date
    ends_before: LastDay
    kind: TimeOffKind = TimeOffKind.VACATION
    note: Reason = ""


@router.get("/time-off")
async def time_off(request: Request, work: InWork, rows: Rows, status: TimeOffStatus | None = None) -> Response:
    """One's own leave, or everybody's for those who see people: the latest first, but what waits in its order."""
    is_history = status is not TimeOffStatus.REQUESTED
    found = await queries.list_time_off(
        work, status=status, descending=is_history, cursor=rows.cursor, limit=rows.limit
    )
    columns = (
        Column("person", _("Person"), "person_name"),
        Column("kind", _("Kind"), said("resourcing/calendars/words.html", "kind", "kind")),
        Column("starts_on", _("From")),
        Column("ends_on", _("Until"), last_day("ends_before")),
        Column("note", _("Note")),
        Column("reason", _("Reason"), "decision_reason", only="file"),
        Column("status", _("Status"), said("resourcing/calendars/words.html", "mark", "status")),
        Column("decide", _("Decide"), only="page"),
    )
    return page(
        request,
        "resourcing/calendars/time_off.html",
        listing=Listing.of(request, "time-off", columns, found.items, next=found.next),
        chosen=status,
        time_off_id=new_id(),
        may_request=work.actor.may(Permission.REQUEST_TIME_OFF),
        may_approve=work.actor.may(Permission.APPROVE_TIME_OFF),
    )


@router.post("/time-off")
async def ask(request: Request, work: InWork) -> Response:
    """Ask to be away."""
    form = await form_of(request, LeaveForm)
    await actions.request_time_off(
        work,
        form.time_off_id,
        starts_on=form.starts_on,
        ends_before=form.ends_before,
        kind=form.kind,
        note=form.note,
    )
    return RedirectResponse(LEAVE, 303)


@router.post("/time-off/{time_off_id}/approval")
async def approve(time_off_id: UUID, work: InWork) -> Response:
    """Grant it."""
    await actions.approve_time_off(work, time_off_id)
    return RedirectResponse(f"{LEAVE}?status=requested", 303)


@router.get("/time-off/{time_off_id}/decline")
async def why_not(request: Request, time_off_id: UUID, work: InWork) -> Response:
    """The form that asks why; a part of the page."""
    work.actor.must(Permission.APPROVE_TIME_OFF)
    wanted = await queries.get_time_off(work, time_off_id)
    return page(request, "resourcing/calendars/decline.html", wanted=wanted)


@router.post("/time-off/{time_off_id}/decline")
async def decline(request: Request, time_off_id: UUID, work: InWork) -> Response:
    """Refuse it, with a reason for the person."""
    form = await form_of(request, DeclineBody)
    await actions.decline_time_off(work, time_off_id, reason=form.reason)
    return RedirectResponse(f"{LEAVE}?status=requested", 303)


async def needs(work: Work) -> Sequence[Need]:
    """Leave that waits for a decision, for whoever may decide."""
    if not work.actor.may(Permission.APPROVE_TIME_OFF):
        return []
    today = work.now.date()
    found = await queries.list_time_off(work, status=TimeOffStatus.REQUESTED, limit=WAITING_AT_MOST)
    return [
        Need(
            Verb.APPROVE,
            _("Leave of %(name)s") % {"name": one.person_name},
            f"{LEAVE}?status=requested",
            f"{day_short(one.starts_on)} – {day_short(one.ends_before - timedelta(days=1))}",  # noqa: RUF001
            one.starts_on,
            is_late=one.starts_on <= today,
        )
        for one in found.items
        if one.subject_id != work.actor.subject
    ]
