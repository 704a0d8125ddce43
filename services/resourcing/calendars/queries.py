"""Reading calendars, time off and capacity."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, or_, select, true

from services.resourcing.calendars import store
from services.resourcing.calendars.model import (
    NoSuchTimeOff,
    TimeOffStatus,
    WorkCalendar,
    WorkDay,
    WorkingTime,
    a_period,
)
from services.resourcing.calendars.store import public_holidays, time_off, work_calendars
from services.resourcing.people.queries import get_person, visible
from services.resourcing.people.store import people
from services.resourcing.permissions import Permission
from shared.database import Page, page
from shared.period import Period
from shared.work import Work

NEXT_HOLIDAYS = 5


async def list_calendars(work: Work, person_id: UUID) -> list[WorkCalendar]:
    """A person's calendars, by start."""
    await get_person(work, person_id)
    found = select(WorkCalendar).where(work_calendars.c.person_id == person_id)
    return list(await work.session.scalars(found.order_by(work_calendars.c.starts_on)))


async def list_present_calendars(
    work: Work, *, on: date, missing: bool, words: str = "", cursor: str | None = None, limit: int
) -> Page[Row[Any]]:
    """Everybody who has not left by `on`, by name, with the calendar that holds then or at their start.

    With `missing` only those who have none; its columns are None.
    """
    work.actor.must(Permission.SEE_PEOPLE)
    holds = work_calendars.c.starts_on <= func.greatest(on, people.c.employed_from)
    present = (
        select(work_calendars)
        .where(work_calendars.c.person_id == people.c.id, holds)
        .order_by(work_calendars.c.starts_on.desc())
        .limit(1)
        .lateral("present")
    )
    shown = (present.c[name] for name in ("starts_on", "minutes_by_weekday", "country", "region"))
    rows = select(people.c.id, people.c.name, people.c.employed_from, *shown).outerjoin_from(people, present, true())
    rows = rows.where(or_(people.c.employed_until.is_(None), people.c.employed_until > on))
    if missing:
        rows = rows.where(present.c.id.is_(None))
    if words:
        rows = rows.where(people.c.name.icontains(words, autoescape=True))
    return await page(work.session, rows, keys=(people.c.name, people.c.id), cursor=cursor, limit=limit)


async def usual_country(work: Work) -> str:
    """The country that most calendars are of, to start a further one with; empty without any."""
    work.actor.must(Permission.SEE_PEOPLE)
    country = work_calendars.c.country
    most = select(country).group_by(country).order_by(func.count().desc(), country).limit(1)
    return await work.session.scalar(most) or ""


def countries() -> Sequence[str]:
    """The countries whose public holidays are known, as ISO 3166 alpha-2."""
    return list(store.countries())


def regions_of(country: str) -> Sequence[tuple[str, str]]:
    """The regions of a country that keep public holidays of their own, each with its name where one is known."""
    return store.regions_of(country)


def next_holidays(calendars: Sequence[WorkCalendar], today: date) -> list[tuple[date, str]]:
    """The next public holidays that somebody with these calendars, by start, keeps within a year from `today` on."""
    held = [one for one in calendars if one.starts_on <= today] or calendars[:1]
    if not held:
        return []
    found = public_holidays(held[-1].country, held[-1].region, Period(today, today + timedelta(days=366)))
    return sorted(one for one in found.items() if one[0] >= today)[:NEXT_HOLIDAYS]


async def list_time_off(
    work: Work,
    *,
    person_id: UUID | None = None,
    status: TimeOffStatus | None = None,
    descending: bool = False,
    cursor: str | None = None,
    limit: int,
) -> Page[Row[Any]]:
    """Time off by start, as far as the actor may see the people."""
    rows = _time_off(work)
    if person_id is not None:
        rows = rows.where(time_off.c.person_id == person_id)
    if status is not None:
        rows = rows.where(time_off.c.status == status)
    keys = (time_off.c.starts_on, time_off.c.id)
    return await page(work.session, rows, keys=keys, cursor=cursor, limit=limit, descending=descending)


async def get_time_off(work: Work, time_off_id: UUID) -> Row[Any]:
    """One time off with its person's name, if the actor may see them."""
    rows = _time_off(work).where(time_off.c.id == time_off_id)
    found: Row[Any] | None = (await work.session.execute(rows)).one_or_none()
    if found is None:
        raise NoSuchTimeOff()
    return found


def _time_off(work: Work) -> Select[Any]:
    named = select(time_off, people.c.name.label("person_name"), people.c.subject_id)
    return visible(work, named.join(people, people.c.id == time_off.c.person_id))


async def capacity_of(work: Work, person_id: UUID, *, starts_on: date, ends_before: date) -> list[WorkDay]:
    """What each day of the period gives: calendar - holidays - approved leave, in minutes."""
    period = a_period(starts_on, ends_before)
    await get_person(work, person_id)
    found = await working_times(work, [person_id], period)
    return found[person_id].days(period)


async def working_times(work: Work, person_ids: Iterable[UUID], period: Period) -> dict[UUID, WorkingTime]:
    """When each of several people works over `period`, a period with an end, in three statements."""
    wanted = list(person_ids)
    employed = select(people.c.id, people.c.employed_from, people.c.employed_until).where(people.c.id.in_(wanted))
    employments = {
        row.id: Period(row.employed_from, row.employed_until) for row in (await work.session.execute(employed)).all()
    }
    calendars: dict[UUID, list[WorkCalendar]] = {person_id: [] for person_id in employments}
    for calendar in await work.session.scalars(
        select(WorkCalendar).where(work_calendars.c.person_id.in_(wanted)).order_by(work_calendars.c.starts_on)
    ):
        calendars[calendar.person_id].append(calendar)
    leave: dict[UUID, list[Period]] = {person_id: [] for person_id in employments}
    away = select(time_off.c.person_id, time_off.c.starts_on, time_off.c.ends_before).where(
        time_off.c.person_id.in_(wanted),
        time_off.c.status == TimeOffStatus.APPROVED,
        time_off.c.starts_on < period.ends_before,
        time_off.c.ends_before > period.starts_on,
    )
    for row in (await work.session.execute(away)).all():
        leave[row.person_id].append(Period(row.starts_on, row.ends_before))
    kept = {(one.country, one.region) for several in calendars.values() for one in several}
    public = {place: public_holidays(*place, period) for place in kept}
    return {
        person_id: WorkingTime(employment, calendars[person_id], public, leave[person_id])
        for person_id, employment in employments.items()
    }
