"""Reading calendars, time off and capacity."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from services.resourcing.calendars.model import TimeOffStatus, WorkCalendar, WorkDay, a_period
from services.resourcing.calendars.store import time_off, work_calendars, working_times
from services.resourcing.people.queries import get_person, visible
from services.resourcing.people.store import people
from shared.database import Page, page
from shared.work import Work


async def list_calendars(work: Work, person_id: UUID) -> list[WorkCalendar]:
    """A person's calendars, by start."""
    await get_person(work, person_id)
    found = select(WorkCalendar).where(work_calendars.c.person_id == person_id)
    return list(await work.session.scalars(found.order_by(work_calendars.c.starts_on)))


async def list_time_off(
    work: Work,
    *,
    person_id: UUID | None = None,
    status: TimeOffStatus | None = None,
    cursor: str | None = None,
    limit: int,
) -> Page[Row[Any]]:
    """Time off by start, as far as the actor may see the people."""
    rows = visible(work, select(time_off).join(people, people.c.id == time_off.c.person_id))
    if person_id is not None:
        rows = rows.where(time_off.c.person_id == person_id)
    if status is not None:
        rows = rows.where(time_off.c.status == status)
    return await page(
        work.session, rows, keys=(time_off.c.starts_on, time_off.c.id), cursor=cursor, limit=limit
    )


async def capacity_of(work: Work, person_id: UUID, *, starts_on: date, ends_before: date) -> list[WorkDay]:
    """What each day of the period gives: calendar − holidays − approved leave, in minutes."""
    period = a_period(starts_on, ends_before)
    await get_person(work, person_id)
    found = await working_times(work, [person_id], period)
    return found[person_id].days(period)
