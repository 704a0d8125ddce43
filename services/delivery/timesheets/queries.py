"""What people see of time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Row,
    Select,
    Table,
    Uuid,
    and_,
    case,
    false,
    func,
    or_,
    select,
    table,
    true,
)
from sqlalchemy.sql import column

from services.delivery.permissions import Permission
from services.delivery.timesheets.model.cells import WeekTask
from services.delivery.timesheets.model.entries import (
    Entry,
    NobodyBehindLogIn,
    NoSuchTaskForTime,
    TimesheetState,
    must_start_a_week,
)
from services.delivery.timesheets.store import entries, grid
from services.delivery.timesheets.store.tables import approved_entries, person_days, time_entries, timesheets
from services.delivery.timesheets.store.timers import timers
from services.delivery.timesheets.store.weeks import NoSuchTimesheet
from shared.database import Page, Sorts, page
from shared.errors import NotFound
from shared.period import week_of
from shared.subjects import acting_person
from shared.work import Work

WEEK = timedelta(days=7)
FRIDAY = 5
LONG_DAY = 600
tasks = table("tasks", column("id"), column("project_id"), column("wbs"), column("name"))
baselines = table("baselines", column("id"), column("project_id"))
baseline_roles = table("baseline_roles", column("baseline_id"), column("minutes", Integer))
work_costs = table("work_costs", column("project_id"), column("minutes", Integer))
people = table("people", column("id"), column("name"))
projects = table("projects", column("id"), column("ordinal"), column("name"), column("manager"))


SORTS: Sorts = {
    "person": "person_name",
    "project": "project_ordinal",
    "week": "week_starts_on",
    "minutes": "minutes",
    "billable": "billable_minutes",
    "submitted": "submitted_at",
}


class Show(StrEnum):
    """Which timesheets to list: one's own, those that wait for one's decision, or all that one may see."""

    MINE = "mine"
    TO_APPROVE = "to_approve"
    ALL = "all"


class NoSuchEntryOfWeek(NotFound):
    """There is no such entry in this week."""


@dataclass(frozen=True)
class TimesheetInFull:
    """A week on a project with its entries."""

    timesheet: Row[Any]
    entries: list[Entry]
    corrections: list[Row[Any]]
    """Why approved time of it was put right, by whom and when, the newest first."""

    @property
    def taken_back(self) -> set[UUID]:
        """The entries that no longer count, by a reversal of theirs."""
        return {entry.corrects_entry_id for entry in self.entries if entry.corrects_entry_id}

    def entry(self, entry_id: UUID) -> Entry:
        """One of its entries. Raises NoSuchEntryOfWeek."""
        for entry in self.entries:
            if entry.id == entry_id:
                return entry
        raise NoSuchEntryOfWeek()

    def can_be_corrected(self, entry: Entry) -> bool:
        """Whether approved time stands there that nobody took back."""
        return entry.state is TimesheetState.APPROVED and entry.minutes > 0 and entry.id not in self.taken_back


async def list_timesheets(
    work: Work, *, show: Show, state: TimesheetState | None, words: str = "", cursor: str | None, limit: int
) -> Page[Row[Any]]:
    """Timesheets, the newest week first; `words` are of the person or the project."""
    work.actor.must(Permission.VIEW_TIME)
    me = await acting_person(work)
    rows = _rows().where(_shown(work, show, me))
    if state is not None:
        rows = rows.where(timesheets.c.state == state)
    if words:
        rows = rows.where(or_(*(one.icontains(words, autoescape=True) for one in (people.c.name, projects.c.name))))
    keys = (timesheets.c.week_starts_on, timesheets.c.id)
    return await page(work.session, rows, keys=keys, cursor=cursor, limit=limit, descending=True)


async def get_timesheet(work: Work, timesheet_id: UUID) -> TimesheetInFull:
    """One week on a project with its entries."""
    work.actor.must(Permission.VIEW_TIME)
    found = await _some(work, [timesheet_id])
    if not found:
        raise NoSuchTimesheet()
    of_week = await entries.of_timesheet(work, timesheet_id)
    return TimesheetInFull(found[0], of_week, await entries.corrections_of(work, timesheet_id))


async def waiting_timesheets(work: Work, *, sort: str = "", cursor: str | None, limit: int) -> Page[Row[Any]]:
    """Timesheets that wait for one's decision: those with something unusual first, then the oldest week, or by `sort`.

    `longest_day` counts all projects of the person; `over_sold_minutes` is what the week adds beyond the sold hours.
    """
    work.actor.must(Permission.APPROVE_TIME)
    shown = _rows().add_columns(*_unusual()).where(_shown(work, Show.TO_APPROVE, await acting_person(work)))
    found = shown.subquery("found")
    is_usual = and_(found.c.longest_day <= LONG_DAY, found.c.weekend_minutes == 0, found.c.over_sold_minutes <= 0)
    ranked = select(found, case((is_usual, 1), else_=0).label("rank")).subquery("ranked")
    keys = (column("rank", Integer), column("week_starts_on", Date), column("id", Uuid))
    return await page(work.session, select(ranked), keys=keys, cursor=cursor, limit=limit, sort=sort, sorts=SORTS)


async def task_names(work: Work, of: Iterable[Entry]) -> dict[UUID, str]:
    """What the tasks of entries are called."""
    work.actor.must(Permission.VIEW_TIME)
    rows = select(tasks.c.id, tasks.c.name).where(tasks.c.id.in_({entry.task_id for entry in of}))
    return {row.id: row.name for row in await work.session.execute(rows)}


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


@dataclass(frozen=True)
class WeekInFull:
    """One's own week: the tasks that it is made of, and the entries."""

    starts_on: date
    tasks: list[WeekTask]
    entries: list[Entry]


async def week_in_full(work: Work, *, week_starts_on: date) -> WeekInFull:
    """One's own week with its tasks: those with time, and those that are planned for one's role."""
    found = await own_week(work, week_starts_on=week_starts_on)
    task_ids = {entry.task_id for entry in found}
    before = week_starts_on + WEEK
    tasks = await grid.of_week(work, await _me(work), first=week_starts_on, before=before, task_ids=task_ids)
    return WeekInFull(week_starts_on, tasks, found)


async def tasks_to_choose(work: Work, *, week_starts_on: date) -> list[WeekTask]:
    """The tasks of one's projects that can take time in this week."""
    work.actor.must(Permission.RECORD_TIME)
    return await grid.choices(work, await _me(work), first=week_starts_on)


async def task_in_week(work: Work, task_id: UUID, *, week_starts_on: date) -> WeekTask:
    """One task of one's projects, and where the week stands on it."""
    work.actor.must(Permission.RECORD_TIME)
    found = await grid.one(work, await _me(work), task_id, first=week_starts_on)
    if found is None:
        raise NoSuchTaskForTime()
    return found


async def running_timer(work: Work) -> Row[Any] | None:
    """One's own timer, if it runs, with what it runs on: `task_id`, `wbs`, `name`, `project_name`, `started_at`."""
    work.actor.must(Permission.RECORD_TIME)
    rows: Select[Any] = (
        select(timers.c.task_id, timers.c.started_at, tasks.c.wbs, tasks.c.name)
        .add_columns(projects.c.ordinal.label("project_ordinal"), projects.c.name.label("project_name"))
        .join(tasks, tasks.c.id == timers.c.task_id)
        .join(projects, projects.c.id == tasks.c.project_id)
        .where(timers.c.person_id == await _me(work), timers.c.stopped_at.is_(None))
    )
    found: Row[Any] | None = (await work.session.execute(rows)).one_or_none()
    return found


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


@cache
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


@cache
def _unusual() -> tuple[ColumnElement[int], ...]:
    """What somebody who signs off a week wants to see first."""
    of_week = time_entries.c.timesheet_id == timesheets.c.id
    same_day = and_(person_days.c.person_id == time_entries.c.person_id, person_days.c.day == time_entries.c.day)
    longest = select(func.max(person_days.c.minutes)).join(time_entries, same_day).where(of_week)
    weekend = select(func.sum(time_entries.c.minutes)).where(
        of_week, func.extract("isodow", time_entries.c.day) > FRIDAY
    )
    of_roles = baselines.c.id == baseline_roles.c.baseline_id
    sold = select(func.sum(baseline_roles.c.minutes)).join(baselines, of_roles)
    sold = sold.where(baselines.c.project_id == timesheets.c.project_id)
    done = select(func.sum(work_costs.c.minutes)).where(work_costs.c.project_id == timesheets.c.project_id)
    return (
        func.coalesce(longest.scalar_subquery(), 0).label("longest_day"),
        func.coalesce(weekend.scalar_subquery(), 0).label("weekend_minutes"),
        (
            func.coalesce(done.scalar_subquery(), 0) + _sum(time_entries) - func.coalesce(sold.scalar_subquery(), 0)
        ).label("over_sold_minutes"),
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
