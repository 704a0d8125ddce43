"""Calendars, time off and capacity over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.resourcing.calendars import actions, queries
from services.resourcing.calendars.model import (
    BadPeriod,
    BadWeek,
    NoSuchTimeOff,
    NotYourTimeOff,
    OwnTimeOff,
    TimeOffDecided,
    TimeOffKind,
    TimeOffStatus,
    UnknownCountry,
    UnknownLogIn,
)
from services.resourcing.people.model import NoSuchPerson
from shared.actor import NotPermitted
from shared.web.bodies import Body, View
from shared.web.paging import Cursor, Limit, PageOf
from shared.web.problems import refusals
from shared.web.route import InWork, WorkRoute

router = APIRouter(tags=["calendars"], route_class=WorkRoute)

Reason = Annotated[str, Field(max_length=1000)]
Country = Annotated[str, Field(pattern="^[A-Z]{2}$", description="ISO 3166 alpha-2, for public holidays")]
Region = Annotated[str | None, Field(max_length=10, description="subdivision, such as BY in DE")]


class CalendarBody(Body):
    starts_on: date
    minutes_by_weekday: Annotated[list[int], Field(description="seven numbers, Monday first")]
    country: Country
    region: Region = None


class CalendarView(View):
    id: UUID
    person_id: UUID
    starts_on: date
    minutes_by_weekday: list[int]
    country: str
    region: str | None


class TimeOffBody(Body):
    starts_on: date
    ends_before: date
    kind: TimeOffKind = TimeOffKind.VACATION
    note: Reason = ""
    person_id: Annotated[UUID | None, Field(description="whoever asks, unless given")] = None


class DeclineBody(Body):
    reason: Annotated[str, Field(min_length=1, max_length=1000)]


class TimeOffView(View):
    id: UUID
    person_id: UUID
    starts_on: date
    ends_before: date
    kind: TimeOffKind
    status: TimeOffStatus
    note: str
    requested_by: str
    requested_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str


class DayView(View):
    day: date
    calendar_minutes: int
    holiday: str | None
    holiday_minutes: int
    leave_minutes: int
    capacity_minutes: int


class CapacityView(View):
    person_id: UUID
    capacity_minutes: int
    days: list[DayView]


@router.get("/people/{person_id}/calendars", responses=refusals(NotPermitted, NoSuchPerson))
async def list_calendars(person_id: UUID, work: InWork) -> list[CalendarView]:
    """A person's calendars, by start."""
    return [CalendarView.model_validate(one) for one in await queries.list_calendars(work, person_id)]


@router.put(
    "/people/{person_id}/calendars/{calendar_id}",
    status_code=201,
    responses=refusals(NotPermitted, NoSuchPerson, BadWeek, UnknownCountry),
)
async def set_calendar(person_id: UUID, calendar_id: UUID, body: CalendarBody, work: InWork) -> CalendarView:
    """Say how a person works from a day on, and whose public holidays they keep."""
    calendar = await actions.set_calendar(work, person_id, calendar_id, **body.model_dump())
    return CalendarView.model_validate(calendar)


@router.get("/people/{person_id}/capacity", responses=refusals(NotPermitted, NoSuchPerson, BadPeriod))
async def get_capacity(person_id: UUID, starts_on: date, ends_before: date, work: InWork) -> CapacityView:
    """Calendar - holidays - approved leave, day by day, in minutes."""
    days = await queries.capacity_of(work, person_id, starts_on=starts_on, ends_before=ends_before)
    shown = [DayView.model_validate(day) for day in days]
    total = sum(day.capacity_minutes for day in shown)
    return CapacityView(person_id=person_id, capacity_minutes=total, days=shown)


@router.get("/time-off", responses=refusals(NotPermitted))
async def list_time_off(
    work: InWork,
    person_id: UUID | None = None,
    status: TimeOffStatus | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOf[TimeOffView]:
    """Time off by start; a consultant sees their own only."""
    found = await queries.list_time_off(work, person_id=person_id, status=status, cursor=cursor, limit=limit)
    return PageOf.of(found, TimeOffView)


@router.put(
    "/time-off/{time_off_id}",
    status_code=201,
    responses=refusals(NotPermitted, UnknownLogIn, NotYourTimeOff, NoSuchPerson, BadPeriod),
)
async def request_time_off(time_off_id: UUID, body: TimeOffBody, work: InWork) -> TimeOffView:
    """Ask to be away."""
    return TimeOffView.model_validate(await actions.request_time_off(work, time_off_id, **body.model_dump()))


@router.post(
    "/time-off/{time_off_id}/approval", responses=refusals(NotPermitted, NoSuchTimeOff, OwnTimeOff, TimeOffDecided)
)
async def approve_time_off(time_off_id: UUID, work: InWork) -> TimeOffView:
    """Grant time off; nobody grants their own."""
    return TimeOffView.model_validate(await actions.approve_time_off(work, time_off_id))


@router.post(
    "/time-off/{time_off_id}/decline", responses=refusals(NotPermitted, NoSuchTimeOff, OwnTimeOff, TimeOffDecided)
)
async def decline_time_off(time_off_id: UUID, body: DeclineBody, work: InWork) -> TimeOffView:
    """Refuse time off, with a reason."""
    return TimeOffView.model_validate(await actions.decline_time_off(work, time_off_id, reason=body.reason))
