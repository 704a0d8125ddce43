"""Words for setting the scene in resourcing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx2
from sqlalchemy import text

from services.resourcing.bookings.actions import Booked, WorkToBook, book
from services.resourcing.bookings.model import Booking, BookingKind
from services.resourcing.calendars.actions import approve_time_off, request_time_off, set_calendar
from services.resourcing.calendars.model import WorkCalendar, WorkDay, WorkingTime
from services.resourcing.people.actions import add_person, add_staffing_role, assess_skill, set_cost_rate
from services.resourcing.people.model import PersonDetails
from services.resourcing.people.store import unknown_roles
from services.resourcing.service import service
from shared.actor import Actor, Role, the_service
from shared.announcements import Cause
from shared.contracts import delivery
from shared.contracts.base import Event
from shared.database import Database
from shared.ids import new_id
from shared.period import Period
from shared.work import Work, begin
from tests.support.api import MERIDIAN, Api
from tests.support.home import digest

MONDAY = date(2026, 3, 2)
FRIDAY = MONDAY + timedelta(days=4)
NEXT_MONDAY = MONDAY + timedelta(days=7)
MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HIRED = date(2025, 1, 1)
FULL_WEEK = [480, 480, 480, 480, 480, 0, 0]
CANARY = UUID("0198c0de-0000-7000-8000-00000000ca11")


def a_day(day: date = MONDAY, minutes: int = 480, *, holiday: str | None = None, on_leave: bool = False) -> WorkDay:
    """Describe a day as a person has it."""
    return WorkDay(day, minutes, holiday, on_leave)


def a_week(minutes: int = 480, *, leave: Sequence[date] = (), starts_on: date = MONDAY) -> list[WorkDay]:
    """Describe five working days and a weekend."""
    days = [starts_on + timedelta(days=number) for number in range(7)]
    return [a_day(day, minutes if day.weekday() < 5 else 0, on_leave=day in leave) for day in days]


def a_booking(
    minutes_per_day: int = 480,
    *,
    kind: BookingKind = BookingKind.HARD,
    starts_on: date = MONDAY,
    ends_before: date = NEXT_MONDAY,
) -> Booking:
    """Describe a booking of a week."""
    return Booking(new_id(), new_id(), new_id(), "Consultant", kind, minutes_per_day, starts_on, ends_before)


def a_working_time(
    week: Sequence[int] = FULL_WEEK,
    *,
    holidays: Mapping[date, str] | None = None,
    leave: Sequence[Period] = (),
    employment: Period | None = None,
) -> WorkingTime:
    """Describe when somebody works, by one calendar since they were hired."""
    calendar = WorkCalendar(new_id(), new_id(), HIRED, list(week), "DE", "BY")
    return WorkingTime(employment or Period(HIRED), [calendar], {("DE", "BY"): holidays or {}}, leave)


def a_staffing_request(
    project_id: UUID | None = None,
    *,
    request_id: UUID | None = None,
    role: str = "Consultant",
    skills: Mapping[str, int] | None = None,
    minutes: int = 2400,
    starts_on: date = MONDAY,
    ends_before: date = NEXT_MONDAY,
    limit: str | None = "90.00",
    thread_id: UUID | None = None,
) -> delivery.StaffingRequested:
    """Announce that a project of Alpenglow AG needs somebody."""
    return delivery.StaffingRequested(
        thread_id=thread_id,
        request_id=request_id or new_id(),
        project_id=project_id or new_id(),
        project_name="Data platform",
        account_name="Alpenglow AG",
        staffing_role=role,
        skills=[delivery.RequiredSkill(skill=skill, level=level) for skill, level in (skills or {}).items()],
        minutes=minutes,
        starts_on=starts_on,
        ends_before=ends_before,
        currency="EUR",
        hourly_cost_limit=Decimal(limit) if limit else None,
        requested_by="petra",
    )


def a_project_opened(project_id: UUID, *, account_id: UUID | None = None) -> delivery.ProjectOpened:
    """Announce a project of Alpenglow AG."""
    return delivery.ProjectOpened(
        project_id=project_id,
        number="P-1042",
        name="Data platform",
        opportunity_id=new_id(),
        account_id=account_id or new_id(),
        manager="petra",
        template="mixed",
        currency="EUR",
        starts_on=MONDAY,
        ends_before=date(2026, 6, 1),
        sold_minutes=4800,
        billing_line_ids=[],
    )


def an_entry(
    person_id: UUID, minutes: int = 480, *, day: date = MONDAY, billable: bool = True
) -> delivery.ApprovedEntry:
    """Describe an approved time entry."""
    return delivery.ApprovedEntry(
        entry_id=new_id(),
        task_id=new_id(),
        billing_line_id=new_id(),
        person_id=person_id,
        staffing_role="Consultant",
        day=day,
        minutes=minutes,
        billable=billable,
    )


def an_approved_timesheet(
    person_id: UUID, *entries: delivery.ApprovedEntry, project_id: UUID | None = None
) -> delivery.TimesheetApproved:
    """Announce a person's approved week on a project."""
    return delivery.TimesheetApproved(
        timesheet_id=new_id(),
        project_id=project_id or new_id(),
        person_id=person_id,
        week_starts_on=MONDAY,
        approved_by="petra",
        approved_at=MORNING,
        entries=list(entries),
    )


@dataclass(frozen=True)
class Resourcing:
    """The service as tests meet it: its database, its HTTP interface, its reactions."""

    database: Database
    api: Api

    @asynccontextmanager
    async def work(
        self, role: Role = Role.RESOURCE_MANAGER, *, subject: str = "ruth", tenant: UUID = MERIDIAN
    ) -> AsyncIterator[Work]:
        """Do one thing as somebody with `role`, at nine on Monday."""
        roles = frozenset({role.value})
        actor = Actor(subject, tenant, roles, service.permissions_of(roles))
        async with begin(self.database, actor, MORNING, Cause.new()) as work:
            yield work

    def as_(self, role: Role, *, subject: str | None = None, tenant: UUID = MERIDIAN) -> httpx2.AsyncClient:
        """A client that somebody with `role` has logged in with."""
        return self.api.as_(role, subject=subject, tenant=tenant)

    async def hear(self, event: Event, sequence: int = 1, *, tenant: UUID = MERIDIAN) -> None:
        """Let every reaction to `event` run, each in a work of its own."""
        for reaction in service.all_reactions:
            if reaction.event_type is type(event):
                actor = the_service("resourcing", tenant)
                async with begin(self.database, actor, MORNING, Cause.new()) as work:
                    await reaction.handler(work, event, sequence)

    async def announced(self) -> list[str]:
        """The types of what waits to be sent, without prefix and version, in order."""
        async with self.database.sessions() as session:
            types = await session.scalars(text("select type from msg.outbox order by id"))
            return [one.removeprefix("throughline.resourcing.").removesuffix(".v1") for one in types]

    async def digest(self, tenant: UUID = MERIDIAN, *, without: Collection[str] = ()) -> dict[str, str]:
        """A digest of every row that the tenant has in each table, whoever it is, save some tables."""
        return await digest(self.database, service, tenant, without=without, fields=("tenant_id",))

    async def rows(self, table: str, tenant: UUID = MERIDIAN) -> list[Mapping[str, Any]]:
        """Every row of a table, as the tenant sees it."""
        async with self.work(tenant=tenant) as work:
            found = await work.session.execute(text(f'select * from "{table}" order by 1, 2'))
            return [dict(row) for row in found.mappings()]


async def a_person(
    work: Work,
    name: str = "Anna Berg",
    *,
    subject: str | None = None,
    roles: Sequence[str] = ("Consultant",),
    skills: Mapping[str, int] | None = None,
    cost: str | None = "80.00",
    week: Sequence[int] | None = FULL_WEEK,
    practice: str = "Data",
    until: date | None = None,
) -> UUID:
    """Add somebody who has worked here since 2025, in Bavaria, at a cost in EUR."""
    for role in await unknown_roles(work, roles):
        await add_staffing_role(work, new_id(), name=role)
    details = PersonDetails(name, HIRED, until, subject_id=subject, practice=practice, staffing_roles=tuple(roles))
    person = await add_person(work, new_id(), details)
    for skill, level in (skills or {}).items():
        await assess_skill(work, person.id, skill, level=level, assessed_on=HIRED)
    if week is not None:
        await set_calendar(
            work, person.id, new_id(), starts_on=HIRED, minutes_by_weekday=list(week), country="DE", region="BY"
        )
    if cost is not None:
        await set_cost_rate(work, person.id, new_id(), starts_on=HIRED, hourly_cost=Decimal(cost), currency="EUR")
    return person.id


async def leave_of(work: Work, person_id: UUID, starts_on: date, ends_before: date) -> UUID:
    """Grant somebody time off."""
    wanted = await request_time_off(work, new_id(), starts_on=starts_on, ends_before=ends_before, person_id=person_id)
    await approve_time_off(work, wanted.id)
    return wanted.id


async def book_on(
    work: Work,
    person_id: UUID,
    project_id: UUID,
    minutes_per_day: int = 480,
    *,
    kind: BookingKind = BookingKind.HARD,
    starts_on: date = MONDAY,
    ends_before: date = NEXT_MONDAY,
    overbooking_reason: str | None = None,
) -> Booked:
    """Book somebody on a project as a consultant, for a week unless said otherwise."""
    what = WorkToBook(
        project_id=project_id,
        staffing_role="Consultant",
        starts_on=starts_on,
        ends_before=ends_before,
        minutes_per_day=minutes_per_day,
    )
    return await book(work, new_id(), person_id=person_id, kind=kind, what=what, overbooking_reason=overbooking_reason)
