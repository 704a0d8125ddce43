"""Bookings as people see them: how full everybody is by week, and what one person is booked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.resourcing.bookings import actions, queries
from services.resourcing.bookings.api import CancellationBody
from services.resourcing.bookings.model import BookingKind
from services.resourcing.people.queries import list_skills, list_staffing_roles
from services.resourcing.permissions import Permission
from shared.database import LIMIT_DEFAULT, LIMIT_MAX
from shared.pages import InWork, PageRoute, form_of, page
from shared.period import month_of
from shared.ui.formats import day_short, hours
from shared.ui.formats import role as shown_role
from shared.ui.listing import Column, Listing, Rows, in_hours
from shared.ui.words import gettext as _
from shared.web import Cursor
from shared.web.bodies import Body
from shared.work import Work

router = APIRouter(route_class=PageRoute)
WEEKS = 12
TONES = {BookingKind.HARD: "good", BookingKind.SOFT: "info"}

Word = Annotated[str, Query(max_length=200)]
Day = Annotated[date | None, Query(ge=date(1970, 1, 1), lt=date(2200, 1, 1))]


class MoveBody(Body):
    """A bar of the board, whose row it was moved to, and its days now, `end` not among them."""

    booking: UUID
    person: UUID
    start: date
    end: date


@router.get("/capacity")
async def capacity(
    request: Request,
    work: InWork,
    rows: Rows,
    *,
    role: Word = "",
    skill: Word = "",
    starts_on: Day = None,
) -> Response:
    """People by weeks: the booked share of capacity, and what is free."""
    work.actor.must(Permission.SEE_PEOPLE)
    begin = starts_on or work.now.date()
    monday = begin - timedelta(days=begin.weekday())
    mondays = [monday + timedelta(weeks=number) for number in range(WEEKS)]
    found = await queries.list_capacity(
        work,
        starts_on=monday,
        ends_before=monday + timedelta(weeks=WEEKS),
        staffing_role=role or None,
        skill=skill or None,
        cursor=rows.cursor,
        limit=rows.limit,
    )
    columns = (
        Column("person", _("Person"), "name"),
        *(Column(f"week-{each}", day_short(each), _share(place), number=True) for place, each in enumerate(mondays)),
        Column("free", _("Free"), in_hours("free_minutes"), number=True),
    )
    listing = Listing.of(request, "capacity", columns, found.items, next=found.next)
    return page(
        request,
        "resourcing/bookings/capacity.html",
        listing=listing,
        choices=await _choices(work),
        role=role,
        skill=skill,
        monday=monday,
        earlier=listing.link(starts_on=str(monday - timedelta(weeks=WEEKS))),
        later=listing.link(starts_on=str(monday + timedelta(weeks=WEEKS))),
    )


@router.get("/board")
async def board(
    request: Request,
    work: InWork,
    *,
    role: Word = "",
    skill: Word = "",
    starts_on: Day = None,
    cursor: Cursor = None,
) -> Response:
    """People by days of a month: who is booked when."""
    work.actor.must(Permission.SEE_PEOPLE)
    shown = month_of(starts_on or work.now.date())
    last = shown.ends_before or shown.starts_on
    found = await queries.board(
        work, shown, staffing_role=role or None, skill=skill or None, cursor=cursor, limit=LIMIT_DEFAULT
    )
    kept = {"role": role, "skill": skill}
    return page(
        request,
        "resourcing/bookings/board.html",
        people=[{"id": str(one.id), "title": one.name} for one in found.people.items],
        bookings=[_shown(one) for one in found.bookings],
        may_book=work.actor.may(Permission.BOOK),
        choices=await _choices(work),
        role=role,
        skill=skill,
        month=shown.starts_on,
        earlier=urlencode({**kept, "starts_on": month_of(shown.starts_on - timedelta(days=1)).starts_on}),
        later=urlencode({**kept, "starts_on": last}),
        more=found.people.next and urlencode({**kept, "starts_on": shown.starts_on, "cursor": found.people.next}),
    )


@router.post("/board/moves")
async def move(request: Request, work: InWork) -> Response:
    """Change the days of a booking as it was moved or stretched on the board; it stays with its person."""
    form = await form_of(request, MoveBody)
    found = await queries.get_booking(work, form.booking)
    await actions.change_booking(
        work,
        form.booking,
        version=found.version,
        person_id=form.person,
        starts_on=form.start,
        ends_before=form.end,
    )
    return Response(status_code=204)


@router.get("/people/{person_id}/bookings")
async def of_person(request: Request, person_id: UUID, work: InWork, cursor: Cursor = None) -> Response:
    """What a person is booked for from this week on; a part of their page."""
    monday = work.now.date() - timedelta(days=work.now.weekday())
    found = await queries.list_bookings(work, person_id=person_id, starts_on=monday, cursor=cursor, limit=LIMIT_DEFAULT)
    return page(
        request,
        "resourcing/bookings/of_person.html",
        here=request.url.path,
        bookings=found.items,
        next=found.next,
        may_book=work.actor.may(Permission.BOOK),
    )


@router.post("/bookings/{booking_id}/cancellation")
async def cancel(request: Request, booking_id: UUID, work: InWork) -> Response:
    """Give the person's time back."""
    form = await form_of(request, CancellationBody)
    booking = await actions.cancel_booking(work, booking_id, reason=form.reason)
    return RedirectResponse(f"/resourcing/people/{booking.person_id}", 303)


async def _choices(work: Work) -> dict[str, list[str]]:
    """What people are narrowed by: the staffing roles and the skills there are."""
    roles = await list_staffing_roles(work, limit=LIMIT_MAX)
    return {"role": [one.name for one in roles.items], "skill": await list_skills(work)}


def _shown(one: Any) -> dict[str, str]:
    """A booking as the board draws it; one that was confirmed beyond capacity is red."""
    return {
        "id": str(one.id),
        "resourceId": str(one.person_id),
        "start": one.starts_on.isoformat(),
        "end": one.ends_before.isoformat(),
        "title": f"{one.project_name or shown_role(one.staffing_role)} · {hours(one.minutes_per_day)}",
        "tone": "bad" if one.overbooking_reason else TONES[one.kind],
    }


def _share(place: int) -> Callable[[Any], Any]:
    """How much of the week at `place` is booked."""
    return lambda row: round(Decimal(row.weeks[place].booked_share), 4)
