"""Recording time: the hottest path of the product, one statement for all checks and writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text

from services.delivery.timesheets.model.entries import Entry, Outcome, Problem, TimesheetState, Worked
from shared.subjects import PERSON
from shared.work import Work

# The rows that others could change meanwhile are locked as they are read: the project against being closed, the week
# against being submitted (a week not seen yet is made, or met in the conflict). The day's total is raised by an upsert
# that sees what others have just committed, so two entries at once cannot pass 24 hours together.
RECORD = text(
    f"""
    with given as (
      select g.*, g.day - cast(extract(isodow from g.day) as integer) + 1 as week_starts_on
        from unnest(cast(:ids as uuid[]), cast(:task_ids as uuid[]), cast(:days as date[]), cast(:minutes as integer[]),
                    cast(:billables as boolean[]), cast(:notes as text[]))
             with ordinality as g (id, task_id, day, minutes, billable, note, position)
    ), me as (
      select id as person_id, employed_from, coalesce(employed_until, 'infinity') as employed_until
        from people where id = ({PERSON.text})
    ), planned as (
      select t.id as task_id, t.staffing_role, t.billing_line_id, p.id as project_id, p.state
        from tasks t join projects p on p.id = t.project_id
       where t.id in (select task_id from given)
         for share of p
    ), judged as (
      select g.*, me.person_id, k.project_id, k.staffing_role,
             coalesce(g.billable, k.billing_line_id is not null) as is_billable,
             case when k.task_id is null then 'no_task'
                  when k.staffing_role is null then 'summary'
                  when me.person_id is null then 'nobody'
                  when g.day < me.employed_from or g.day >= me.employed_until then 'not_employed'
                  when k.state = 'closed' then 'closed'
                  when k.state = 'on_hold' then 'on_hold'
                  when exists (select from time_entries e where e.id = g.id)
                    or exists (select from approved_entries a where a.id = g.id) then 'exists'
             end as problem
        from given g left join planned k on k.task_id = g.task_id left join me on true
    ), weeks as (
      select distinct person_id, project_id, week_starts_on from judged where problem is null
    ), known as (
      select s.id, s.project_id, s.week_starts_on, s.state
        from timesheets s join weeks w using (person_id, project_id, week_starts_on)
         for share of s
    ), made as (
      insert into timesheets (id, person_id, project_id, week_starts_on, state, version)
      select cast(md5(concat(w.person_id, w.project_id, w.week_starts_on)) as uuid),
             w.person_id, w.project_id, w.week_starts_on, 'open', 1
        from weeks w left join known k using (project_id, week_starts_on)
       where k.id is null
       order by w.project_id, w.week_starts_on
          on conflict (tenant_id, person_id, project_id, week_starts_on)
          do update set version = timesheets.version where timesheets.state in ('open', 'rejected')
      returning id, project_id, week_starts_on, state
    ), sheets as (
      select * from known union all select * from made
    ), placed as (
      select j.*, s.id as timesheet_id, s.state,
             coalesce(j.problem, case when s.state in ('open', 'rejected') then null else 'handed_in' end) as verdict
        from judged j left join sheets s using (project_id, week_starts_on)
    ), days as (
      insert into person_days (person_id, day, minutes)
      select person_id, day, sum(minutes) from placed where verdict is null
       group by person_id, day having sum(minutes) <= 1440 order by day
          on conflict (tenant_id, person_id, day)
          do update set minutes = person_days.minutes + excluded.minutes
              where person_days.minutes + excluded.minutes <= 1440
      returning day
    ), kept as (
      insert into time_entries (id, timesheet_id, person_id, project_id, task_id, day, minutes, billable, note,
                                entered_at, version)
      select id, timesheet_id, person_id, project_id, task_id, day, minutes, is_billable, note, :now, 1
        from placed where verdict is null and day in (select day from days)
    )
    select p.id, p.timesheet_id, p.person_id, p.project_id, p.task_id, p.staffing_role, p.day, p.minutes,
           p.is_billable as billable, p.note, 1 as version, p.state,
           coalesce(p.verdict, case when d.day is null then 'too_long' end) as problem
      from placed p left join days d on d.day = p.day
     order by p.position
    """  # noqa: S608 - put together from two constants
)


async def record(work: Work, worked: Sequence[Worked]) -> list[Outcome]:
    """Keep what can be kept and say of each entry, in the order given, how it now stands or what the problem is."""
    found = await work.session.execute(
        RECORD,
        {
            "subject": work.actor.subject,
            "now": work.now,
            "ids": [one.id for one in worked],
            "task_ids": [one.task_id for one in worked],
            "days": [one.day for one in worked],
            "minutes": [one.minutes for one in worked],
            "billables": [one.billable for one in worked],
            "notes": [one.note for one in worked],
        },
    )
    return [_outcome(row) for row in found]


def _outcome(row: Row[Any]) -> Outcome:
    if row.problem is not None:
        return Outcome(row.id, None, Problem(row.problem))
    entry = Entry(
        id=row.id,
        timesheet_id=row.timesheet_id,
        person_id=row.person_id,
        project_id=row.project_id,
        task_id=row.task_id,
        staffing_role=row.staffing_role,
        day=row.day,
        minutes=row.minutes,
        billable=row.billable,
        note=row.note,
        version=row.version,
        state=TimesheetState(row.state),
    )
    return Outcome(row.id, entry, None)
