"""Weeks: submitting and signing them off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select, text

from services.delivery.timesheets.model.weeks import ApprovedEntry, Timesheet
from services.delivery.timesheets.store.entries import as_approved
from services.delivery.timesheets.store.tables import timesheets
from shared.errors import NotFound
from shared.work import Work


class NoSuchTimesheet(NotFound):
    """There is no such timesheet, or it is not yours to see."""


SUBMIT = text(
    """
    update timesheets s
       set state = 'submitted', submitted_at = :now, decided_by = null, decided_at = null, rejection_reason = null,
           version = version + 1
     where person_id = :person_id and week_starts_on = :week_starts_on and state in ('open', 'rejected')
       and (cast(:project_id as uuid) is null or project_id = :project_id)
       and exists (select from time_entries e where e.timesheet_id = s.id)
    returning id
    """
)
SIGN_OFF = text(
    """
    with moved as (delete from time_entries where timesheet_id = :timesheet_id returning *),
    signed as (
      insert into approved_entries (id, timesheet_id, person_id, project_id, task_id, billing_line_id, staffing_role,
                                    day, minutes, billable, note, version)
      select m.id, m.timesheet_id, m.person_id, m.project_id, m.task_id, t.billing_line_id, t.staffing_role,
             m.day, m.minutes, m.billable, m.note, m.version
        from moved m join tasks t on t.id = m.task_id
      returning *
    )
    select * from signed order by day, id
    """
)
AROUND = text(
    """
    select p.manager, p.thread_id, p.currency,
           (select subject from subjects where person_id = :person_id) as person_subject
      from projects p where p.id = :project_id
    """
)


async def get(work: Work, timesheet_id: UUID) -> Timesheet:
    """Load a week and lock it until this work ends."""
    found = await work.session.scalar(select(Timesheet).where(timesheets.c.id == timesheet_id).with_for_update())
    if found is None:
        raise NoSuchTimesheet()
    return found


async def submit(work: Work, person_id: UUID, *, week_starts_on: date, project_id: UUID | None) -> Sequence[UUID]:
    """Submit a person's weeks that hold time and were not submitted yet; gives their ids."""
    values = {"person_id": person_id, "week_starts_on": week_starts_on, "project_id": project_id, "now": work.now}
    return (await work.session.execute(SUBMIT, values)).scalars().all()


async def sign_off(work: Work, timesheet_id: UUID) -> list[ApprovedEntry]:
    """Turn the open entries of a week into approved ones, under the sold lines of their tasks."""
    return as_approved((await work.session.execute(SIGN_OFF, {"timesheet_id": timesheet_id})).all())


@dataclass(frozen=True)
class Surroundings:
    """What deciding on time has to know: the project's manager, thread and currency, and the person's log-in."""

    manager: str
    thread_id: UUID
    currency: str
    person_subject: str | None


async def around(work: Work, *, project_id: UUID, person_id: UUID) -> Surroundings:
    """What surrounds the time of a person on a project."""
    values = {"project_id": project_id, "person_id": person_id}
    return Surroundings(**(await work.session.execute(AROUND, values)).one()._mapping)
