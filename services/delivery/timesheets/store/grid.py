"""The tasks that a person's week is made of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from services.delivery.timesheets.model.cells import WeekTask
from services.delivery.timesheets.model.entries import TimesheetState
from shared.work import Work

CHOICES_MAX = 300


# Somebody's projects: those that they are booked on, manage, or have recorded time on; found once, whatever the plan.
MINE = """
    with mine as materialized (
      select project_id as id from bookings where person_id = :person_id and not is_cancelled
      union select id from projects where manager = :subject
      union select project_id from timesheets where person_id = :person_id
    )
"""
COLUMNS = """
    select t.id, t.wbs, t.name, t.staffing_role, p.id as project_id, p.ordinal as project_ordinal,
           p.name as project_name, p.state as project_state, s.state, s.rejection_reason
      from mine join projects p on p.id = mine.id join tasks t on t.project_id = p.id
      left join timesheets s on s.project_id = p.id and s.person_id = :person_id and s.week_starts_on = :first
     where t.staffing_role is not null
"""
OF_WEEK = text(
    MINE
    + COLUMNS
    + """
       and (t.id = any(cast(:task_ids as uuid[])) or (p.state in ('proposed', 'active') and exists (
             select from bookings b
              where b.project_id = p.id and b.person_id = :person_id and b.staffing_role = t.staffing_role
                and not b.is_cancelled and b.starts_on < :before and b.ends_before > :first
                and t.starts_on < :before and t.ends_before > :first)))
     order by p.ordinal, t.position
    """
)
CHOICES = text(
    MINE
    + COLUMNS
    + """
       and p.state in ('proposed', 'active') and coalesce(s.state, 'open') in ('open', 'rejected')
     order by p.ordinal, t.position limit :most
    """
)
ONE = text(MINE + COLUMNS + " and t.id = :task_id")


async def of_week(
    work: Work, person_id: UUID, *, first: date, before: date, task_ids: Iterable[UUID]
) -> list[WeekTask]:
    """The tasks `task_ids`, and those planned in `[first, before)` for the role that the person is booked in."""
    values = {**_whose(work, person_id, first), "before": before, "task_ids": list(task_ids)}
    return [_task(row) for row in await work.session.execute(OF_WEEK, values)]


async def choices(work: Work, person_id: UUID, *, first: date) -> list[WeekTask]:
    """The tasks of the person's projects that can take time in the week from `first`, CHOICES_MAX at most."""
    values = {**_whose(work, person_id, first), "most": CHOICES_MAX}
    return [_task(row) for row in await work.session.execute(CHOICES, values)]


async def one(work: Work, person_id: UUID, task_id: UUID, *, first: date) -> WeekTask | None:
    """One task of the person's projects."""
    found = await work.session.execute(ONE, {**_whose(work, person_id, first), "task_id": task_id})
    row = found.first()
    return _task(row) if row else None


def _whose(work: Work, person_id: UUID, first: date) -> dict[str, object]:
    return {"person_id": person_id, "subject": work.actor.subject, "first": first}


def _task(row: Row[Any]) -> WeekTask:
    return WeekTask(**{**row._mapping, "state": row.state and TimesheetState(row.state)})
