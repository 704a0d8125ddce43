"""Recording time: the hottest path of the product, one statement for all checks and writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.delivery.timesheets.model.entries import Entry, Problem, TimesheetState, Unrecorded, Worked
from shared.subjects import PERSON_OF
from shared.transactions import Row, run
from shared.work import Work

# The rows that others could change meanwhile are locked as they are read: the project against being closed, the week
# against being submitted (a week not seen yet is made, or met in the conflict). The day's total is raised by an upsert
# that sees what others have just committed, so two entries at once cannot pass 24 hours together.
STATEMENT = f"""
    with given as (
      select g.*, g.day - cast(extract(isodow from g.day) as integer) + 1 as week_starts_on from ({{given}}) as g
    ), me as (
      select id as person_id, employed_from, coalesce(employed_until, 'infinity') as employed_until
        from people where id = ({PERSON_OF.format("$1")})
    ), judged as (
      select g.*, me.person_id, k.project_id, k.staffing_role,
             coalesce(g.billable, k.billing_line_id is not null) as is_billable,
             case when k.task_id is null then 'no_task'
                  when k.staffing_role is null then 'summary'
                  when me.person_id is null then 'nobody'
                  when g.day < me.employed_from or g.day >= me.employed_until then 'not_employed'
                  when k.state = 'closed' then 'closed'
                  when k.state = 'on_hold' then 'on_hold'
                  when waiting.id is not null or signed.id is not null then 'exists'
             end as problem
        from given g
        left join lateral (
          select t.id as task_id, t.staffing_role, t.billing_line_id, p.id as project_id, p.state
            from tasks t join projects p on p.id = t.project_id
           where t.id = g.task_id
             for share of p
        ) k on true
        left join lateral (select e.id from time_entries e where e.id = g.id limit 1) waiting on true
        left join lateral (select e.id from approved_entries e where e.id = g.id limit 1) signed on true
        left join me on true
    ), weeks as (
      select distinct person_id, project_id, week_starts_on from judged where problem is null
    ), known as (
      select s.* from weeks w
       cross join lateral (
         select id, project_id, week_starts_on, state from timesheets s
          where s.person_id = w.person_id and s.project_id = w.project_id and s.week_starts_on = w.week_starts_on
            for share
       ) s
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
      select id, timesheet_id, person_id, project_id, task_id, day, minutes, is_billable, note,
             cast($2 as timestamptz), 1
        from placed where verdict is null and day in (select day from days)
    )
    select p.id, p.timesheet_id, p.person_id, p.project_id, p.task_id, p.staffing_role, p.day, p.minutes,
           p.is_billable as billable, p.note, 1 as version, p.state,
           coalesce(p.verdict, case when d.day is null then 'too_long' end) as problem
      from placed p left join days d on d.day = p.day
     order by p.position
    """  # noqa: S608 - put together from constants

# One entry by itself, so that the plan is made once and kept: over arrays PostgreSQL would make it anew each time.
ONE = STATEMENT.format(
    given="""select cast($3 as uuid) as id, cast($4 as uuid) as task_id, cast($5 as date) as day,
                    cast($6 as integer) as minutes, cast($7 as boolean) as billable, cast($8 as text) as note,
                    1 as position"""
)
MANY = STATEMENT.format(
    given="""select * from unnest(
               cast($3 as uuid[]), cast($4 as uuid[]), cast($5 as date[]), cast($6 as integer[]),
               cast($7 as boolean[]), cast($8 as text[])
             ) with ordinality as entry (id, task_id, day, minutes, billable, note, position)"""
)


async def record_one(work: Work, worked: Worked) -> Entry | Unrecorded:
    """Keep one entry if it can be, and say how it now stands or what the problem is."""
    [row] = await run(work.session, ONE, work.actor.subject, work.now, *_columns(worked))
    return _outcome(row)


async def record_many(work: Work, worked: Sequence[Worked]) -> list[Entry | Unrecorded]:
    """Keep what can be kept and say of each entry, in the order given, how it now stands or what the problem is."""
    columns = zip(*map(_columns, worked), strict=True)
    return [_outcome(row) for row in await run(work.session, MANY, work.actor.subject, work.now, *columns)]


def _columns(worked: Worked) -> tuple[Any, ...]:
    return worked.id, worked.task_id, worked.day, worked.minutes, worked.billable, worked.note


def _outcome(row: Row) -> Entry | Unrecorded:
    if row.problem is not None:
        return Unrecorded(row.id, Problem(row.problem))
    return Entry(
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
