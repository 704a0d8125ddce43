"""Bookings, and capacity with what is booked of it, over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import Field

from services.resourcing.bookings import actions, queries
from services.resourcing.bookings.actions import Booked, WorkToBook
from services.resourcing.bookings.model import (
    BadMinutesPerDay,
    BookingCancelled,
    BookingKind,
    BookingWithoutWork,
    NoSuchBooking,
    NotEmployedThen,
    NoWorkingDay,
    Overbooked,
)
from services.resourcing.calendars.model import BadPeriod
from services.resourcing.people.model import NoSuchPerson
from services.resourcing.projects.model import NoSuchProject, ProjectIsClosed
from services.resourcing.requests.model import NoSuchRequest
from shared.actor import NotPermitted
from shared.errors import Stale
from shared.web.bodies import Body, View
from shared.web.etags import VersionRequired, must_match, set_etag
from shared.web.paging import Cursor, Limit, PageOf
from shared.web.problems import refusals
from shared.web.route import InWork, WorkRoute

router = APIRouter(tags=["bookings"], route_class=WorkRoute)

WRONG_TIME = (BadPeriod, BadMinutesPerDay, NoWorkingDay, NotEmployedThen, Overbooked, ProjectIsClosed)
UNKNOWN = (NoSuchPerson, NoSuchProject, NoSuchRequest)
Reason = Annotated[str, Field(max_length=1000)]
MinutesPerDay = Annotated[int, Field(ge=1, le=1440)]


class BookingBody(Body):
    """What to book: for a `request_id`, or for a `project_id` in a `staffing_role`.

    With a request, role, days and the minutes per day that cover it evenly are its own unless given.
    """

    person_id: UUID
    kind: BookingKind
    request_id: UUID | None = None
    project_id: UUID | None = None
    staffing_role: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    minutes_per_day: MinutesPerDay | None = None
    starts_on: date | None = None
    ends_before: date | None = None
    overbooking_reason: Reason | None = None


class BookingChange(Body):
    """What is to be different; what is left out stays, except that overbooking needs its reason again."""

    kind: BookingKind | None = None
    minutes_per_day: MinutesPerDay | None = None
    starts_on: date | None = None
    ends_before: date | None = None
    overbooking_reason: Reason | None = None


class CancellationBody(Body):
    reason: Reason = ""


class BookingView(View):
    id: UUID
    person_id: UUID
    project_id: UUID
    request_id: UUID | None
    staffing_role: str
    kind: BookingKind
    minutes_per_day: int
    starts_on: date
    ends_before: date
    planned_minutes: int
    overbooking_reason: str | None
    is_cancelled: bool
    cancellation_reason: str | None
    thread_id: UUID | None
    version: int


class NamedBookingView(BookingView):
    person_name: str
    project_name: str | None


class DayOverView(View):
    day: date
    minutes_over: int


class BookedView(BookingView):
    days_over: list[DayOverView]


class OneBookingView(NamedBookingView):
    days_over: list[DayOverView]


class WeekView(View):
    week_starts_on: date
    calendar_minutes: int
    holiday_minutes: int
    leave_minutes: int
    capacity_minutes: int
    hard_minutes: int
    soft_minutes: int
    free_minutes: int
    over_minutes: int


class CapacityOfPersonView(View):
    person_id: UUID
    name: str
    staffing_roles: list[str]
    weeks: list[WeekView]


@router.get("/bookings", responses=refusals(NotPermitted))
async def list_bookings(
    work: InWork,
    *,
    person_id: UUID | None = None,
    project_id: UUID | None = None,
    request_id: UUID | None = None,
    starts_on: date | None = None,
    ends_before: date | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOf[NamedBookingView]:
    """Bookings by start, of a person, a project, a request, a period; a consultant sees their own only."""
    found = await queries.list_bookings(
        work,
        person_id=person_id,
        project_id=project_id,
        request_id=request_id,
        starts_on=starts_on,
        ends_before=ends_before,
        cursor=cursor,
        limit=limit,
    )
    return PageOf.of(found, NamedBookingView)


@router.get("/bookings/{booking_id}", responses=refusals(NotPermitted, NoSuchBooking))
async def get_booking(booking_id: UUID, work: InWork, response: Response) -> OneBookingView:
    """One booking, and the days on which its person is overbooked as things stand."""
    booking = NamedBookingView.model_validate(await queries.get_booking(work, booking_id))
    over = await queries.overbooked_days(work, booking_id)
    set_etag(response, booking.version)
    days_over = [DayOverView.model_validate(one) for one in over]
    return OneBookingView(**booking.model_dump(), days_over=days_over)


@router.put(
    "/bookings/{booking_id}",
    status_code=201,
    responses=refusals(NotPermitted, BookingWithoutWork, *WRONG_TIME, *UNKNOWN),
)
async def book(booking_id: UUID, body: BookingBody, work: InWork, response: Response) -> BookedView:
    """Book somebody; overbooking is refused by day, or confirmed with a reason."""
    what = body.model_dump(exclude={"person_id", "kind", "overbooking_reason"})
    booked = await actions.book(
        work,
        booking_id,
        person_id=body.person_id,
        kind=body.kind,
        what=WorkToBook(**what),
        overbooking_reason=body.overbooking_reason,
    )
    return _shown(booked, response)


@router.patch(
    "/bookings/{booking_id}",
    responses=refusals(NotPermitted, NoSuchBooking, BookingCancelled, *WRONG_TIME, VersionRequired, Stale),
)
async def change_booking(
    booking_id: UUID, body: BookingChange, work: InWork, request: Request, response: Response
) -> BookedView:
    """Move, resize or firm up a booking."""
    current = NamedBookingView.model_validate(await queries.get_booking(work, booking_id))
    must_match(request, current.version)
    booked = await actions.change_booking(work, booking_id, version=current.version, **body.model_dump())
    return _shown(booked, response)


@router.post("/bookings/{booking_id}/cancellation", responses=refusals(NotPermitted, NoSuchBooking, BookingCancelled))
async def cancel_booking(
    booking_id: UUID, work: InWork, response: Response, body: CancellationBody | None = None
) -> BookingView:
    """Give a person's time back."""
    reason = body.reason if body else ""
    booking = BookingView.model_validate(await actions.cancel_booking(work, booking_id, reason=reason))
    set_etag(response, booking.version)
    return booking


@router.get("/capacity", responses=refusals(NotPermitted, BadPeriod))
async def list_capacity(
    work: InWork,
    *,
    starts_on: date,
    ends_before: date,
    staffing_role: str | None = None,
    practice: str | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOf[CapacityOfPersonView]:
    """Capacity, soft and hard bookings and free time, by person and week, in minutes."""
    found = await queries.list_capacity(
        work,
        starts_on=starts_on,
        ends_before=ends_before,
        staffing_role=staffing_role,
        practice=practice,
        cursor=cursor,
        limit=limit,
    )
    return PageOf.of(found, CapacityOfPersonView)


def _shown(booked: Booked, response: Response) -> BookedView:
    booking = BookingView.model_validate(booked.booking)
    set_etag(response, booking.version)
    days_over = [DayOverView.model_validate(one) for one in booked.days_over]
    return BookedView(**booking.model_dump(), days_over=days_over)
