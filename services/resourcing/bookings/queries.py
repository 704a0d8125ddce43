"""Reading bookings, and capacity with what is booked of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, any_, or_, select

from services.resourcing.bookings.model import Booking, DayOver, NoSuchBooking, Week, by_week, days_over, minutes_taken
from services.resourcing.bookings.store import bookings, of_people
from services.resourcing.calendars.model import a_period
from services.resourcing.calendars.queries import working_times
from services.resourcing.people.queries import can, visible
from services.resourcing.people.store import people
from services.resourcing.projects.store import projects
from shared.database import Page, page
from shared.period import Period
from shared.work import Work

COLUMNS = (*bookings.c, people.c.name.label("person_name"), projects.c.name.label("project_name"))


@dataclass(frozen=True)
class CapacityOfPerson:
    """The weeks of one person."""

    person_id: UUID
    name: str
    staffing_roles: list[str]
    weeks: list[Week]

    @property
    def free_minutes(self) -> int:
        """What is free in all of these weeks."""
        return sum(week.free_minutes for week in self.weeks)


def _rows(work: Work) -> Select[Any]:
    joined = select(*COLUMNS).join(people, people.c.id == bookings.c.person_id)
    return visible(work, joined.join(projects, projects.c.id == bookings.c.project_id))


async def list_bookings(
    work: Work,
    *,
    person_id: UUID | None = None,
    project_id: UUID | None = None,
    request_id: UUID | None = None,
    starts_on: date | None = None,
    ends_before: date | None = None,
    cursor: str | None = None,
    limit: int,
) -> Page[Row[Any]]:
    """Bookings by start that share a day with the period asked for; consultants see their own."""
    rows = _rows(work)
    for column, wanted in (
        (bookings.c.person_id, person_id),
        (bookings.c.project_id, project_id),
        (bookings.c.request_id, request_id),
    ):
        if wanted is not None:
            rows = rows.where(column == wanted)
    if starts_on is not None:
        rows = rows.where(bookings.c.ends_before > starts_on)
    if ends_before is not None:
        rows = rows.where(bookings.c.starts_on < ends_before)
    return await page(work.session, rows, keys=(bookings.c.starts_on, bookings.c.id), cursor=cursor, limit=limit)


async def get_booking(work: Work, booking_id: UUID) -> Row[Any]:
    """One booking."""
    rows = _rows(work).where(bookings.c.id == booking_id)
    found: Row[Any] | None = (await work.session.execute(rows)).one_or_none()
    if found is None:
        raise NoSuchBooking()
    return found


async def overbooked_days(work: Work, booking_id: UUID) -> list[DayOver]:
    """The days on which the person is overbooked as things stand, whatever came first."""
    booking: Booking = (await work.session.scalars(select(Booking).where(bookings.c.id == booking_id))).one()
    times = await working_times(work, [booking.person_id], booking.period)
    days = times[booking.person_id].days(booking.period)
    found = await of_people(work, [booking.person_id], booking.period)
    others = [other for other in found[booking.person_id] if other.id != booking.id]
    return days_over(booking, days, minutes_taken(others, days))


@dataclass(frozen=True)
class Board:
    """Some people by name, and their bookings in a period."""

    people: Page[Row[Any]]
    bookings: Sequence[Row[Any]]


async def board(
    work: Work,
    period: Period,
    *,
    staffing_role: str | None = None,
    skill: str | None = None,
    cursor: str | None = None,
    limit: int,
) -> Board:
    """Everybody employed in `period`, a period with an end, and what they are booked for then; two statements."""
    found = await page(
        work.session,
        _employed(work, period, staffing_role=staffing_role, skill=skill),
        keys=(people.c.name, people.c.id),
        cursor=cursor,
        limit=limit,
    )
    booked = _rows(work).where(
        bookings.c.person_id.in_([row.id for row in found.items]),
        ~bookings.c.is_cancelled,
        bookings.c.starts_on < period.ends_before,
        bookings.c.ends_before > period.starts_on,
    )
    return Board(found, (await work.session.execute(booked.order_by(bookings.c.starts_on, bookings.c.id))).all())


async def list_capacity(
    work: Work,
    *,
    starts_on: date,
    ends_before: date,
    staffing_role: str | None = None,
    practice: str | None = None,
    skill: str | None = None,
    cursor: str | None = None,
    limit: int,
) -> Page[CapacityOfPerson]:
    """Capacity, bookings and free time by week of everybody employed in the period, by name.

    Four statements, however many people are on the page.
    """
    period = a_period(starts_on, ends_before)
    rows = _employed(work, period, staffing_role=staffing_role, skill=skill)
    if practice is not None:
        rows = rows.where(people.c.practice == practice)
    found = await page(work.session, rows, keys=(people.c.name, people.c.id), cursor=cursor, limit=limit)
    ids = [row.id for row in found.items]
    times = await working_times(work, ids, period)
    booked = await of_people(work, ids, period)
    items = [
        CapacityOfPerson(row.id, row.name, row.staffing_roles, by_week(times[row.id].days(period), booked[row.id]))
        for row in found.items
    ]
    return Page(items, found.next)


def _employed(work: Work, period: Period, *, staffing_role: str | None, skill: str | None) -> Select[Any]:
    rows = visible(work, select(people)).where(
        people.c.employed_from < period.ends_before,
        or_(people.c.employed_until.is_(None), people.c.employed_until > period.starts_on),
    )
    if staffing_role is not None:
        rows = rows.where(any_(people.c.staffing_roles) == staffing_role)
    if skill is not None:
        rows = rows.where(can(skill))
    return rows
