"""What people see of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Table, and_, false, func, or_, select, table, true
from sqlalchemy.sql import column

from services.delivery.permissions import Permission
from services.delivery.timesheets.model.entries import Entry, NobodyBehindLogIn, TimesheetState, must_start_a_week
from services.delivery.timesheets.store import entries
from services.delivery.timesheets.store.tables import approved_entries, time_entries, timesheets
from services.delivery.timesheets.store.weeks import NoSuchTimesheet
from shared.database import Page, page
from shared.period import week_of
from shared.subjects import acting_person
from shared.work import Work

people = table("people", column("id"), column("name"))
projects = table("projects", column("id"), column("ordinal"), column("name"), column("manager"))


class Show(StrEnum):
    """Which timesheets to list: one's own, those that wait for one's decision, or all that one may see."""

    MINE = "mine"
    TO_APPROVE = "to_approve"
    ALL = "all"


@dataclass(frozen=True)
class TimesheetInFull:
    """A week on a project with its entries."""

    timesheet: Row[Any]
    entries: list[Entry]


async def list_timesheets(
    work: Work, *, show: Show, state: TimesheetState | None, cursor: str | None, limit: int
) -> Page[Row[Any]]:
    """Timesheets, the newest week first."""
    work.actor.must(Permission.VIEW_TIME)
    me = await acting_person(work)
    rows = _rows().where(_shown(work, show, me))
    if state is not None:
        rows = rows.where(timesheets.c.state == state)
    keys = (timesheets.c.week_starts_on, timesheets.c.id)
    return await page(work.session, rows, keys=keys, cursor=cursor, limit=limit, descending=True)


async def get_timesheet(work: Work, timesheet_id: UUID) -> TimesheetInFull:
    """One week on a project with its entries."""
    work.actor.must(Permission.VIEW_TIME)
    found = await _some(work, [timesheet_id])
    if not found:
        raise NoSuchTimesheet()
    return TimesheetInFull(found[0], await entries.of_timesheet(work, timesheet_id))


async def submitted_timesheets(work: Work, timesheet_ids: list[UUID]) -> list[Row[Any]]:
    """The timesheets that one has just submitted."""
    work.actor.must(Permission.VIEW_TIME)
    return await _some(work, timesheet_ids)


async def own_entry(work: Work, entry_id: UUID) -> Entry:
    """One entry of one's own."""
    work.actor.must(Permission.RECORD_TIME)
    return await entries.own(work, entry_id, person_id=await _me(work))


async def own_week(work: Work, *, week_starts_on: date) -> list[Entry]:
    """One's own entries of a week."""
    work.actor.must(Permission.RECORD_TIME)
    must_start_a_week(week_starts_on)
    week = week_of(week_starts_on)
    return await entries.of_week(work, await _me(work), first=week.starts_on, before=week.ends_before or week.starts_on)


async def _some(work: Work, timesheet_ids: list[UUID]) -> list[Row[Any]]:
    mine = await acting_person(work)
    visible = or_(_shown(work, Show.ALL, mine), _shown(work, Show.MINE, mine))
    rows = _rows().where(timesheets.c.id.in_(timesheet_ids), visible).order_by(projects.c.ordinal)
    return list((await work.session.execute(rows)).all())


def _shown(work: Work, show: Show, me: UUID | None) -> ColumnElement[bool]:
    mine = timesheets.c.person_id == me if me else false()
    managed = projects.c.manager == work.actor.subject
    if show is Show.MINE:
        return mine
    if show is Show.ALL:
        return true() if work.actor.may(Permission.VIEW_ALL_TIME) else or_(mine, managed)
    decides = true() if work.actor.may(Permission.APPROVE_TIME_OF_ANY_PROJECT) else managed
    return and_(timesheets.c.state == TimesheetState.SUBMITTED, decides, ~mine)


def _rows() -> Select[Any]:
    return (
        select(
            timesheets,
            func.coalesce(people.c.name, "").label("person_name"),
            projects.c.ordinal.label("project_ordinal"),
            projects.c.name.label("project_name"),
            (_sum(time_entries) + _sum(approved_entries)).label("minutes"),
            (_billable(time_entries) + _billable(approved_entries)).label("billable_minutes"),
        )
        .join(projects, projects.c.id == timesheets.c.project_id)
        .outerjoin(people, people.c.id == timesheets.c.person_id)
    )


def _sum(kept: Table) -> ColumnElement[int]:
    """The minutes of a week that are kept in this table."""
    of_week = kept.c.timesheet_id == timesheets.c.id
    return select(func.coalesce(func.sum(kept.c.minutes), 0)).where(of_week).scalar_subquery()


def _billable(kept: Table) -> ColumnElement[int]:
    """The billable minutes of a week that are kept in this table."""
    of_week = and_(kept.c.timesheet_id == timesheets.c.id, kept.c.billable)
    return select(func.coalesce(func.sum(kept.c.minutes), 0)).where(of_week).scalar_subquery()


async def _me(work: Work) -> UUID:
    person_id = await acting_person(work)
    if person_id is None:
        raise NobodyBehindLogIn()
    return person_id
