"""How approved time is kept for figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Column, ColumnElement, Date, Integer, Row, Select, Uuid, case, func, select, text
from sqlalchemy.dialects.postgresql import insert

from services.resourcing.tables import schema
from services.resourcing.utilization.model import Step, TimeWorked, Treatment, Worked
from shared.database import choice, found_by
from shared.period import Period
from shared.work import Work

approved_time = schema.table(
    "approved_time",
    Column("entry_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("project_id", Uuid, nullable=False),
    Column("day", Date, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("billable", Boolean, nullable=False),
    found_by("person_id", "day", "billable", "project_id", "minutes", why="figures of people from the index alone"),
    audited=False,
)
utilization_rules = schema.table(
    "utilization_rules",
    Column("project_id", Uuid, primary_key=True),
    choice("treatment", Treatment),
)

KEPT_AS = {Treatment.PLAIN: "other"}
KEEP = text(
    """
    insert into approved_time (entry_id, version, person_id, project_id, day, minutes, billable)
    select * from unnest(cast(:entries as uuid[]), cast(:versions as int[]), cast(:people as uuid[]),
                         cast(:projects as uuid[]), cast(:days as date[]), cast(:minutes as int[]),
                         cast(:billable as boolean[]))
    on conflict (tenant_id, entry_id) do update
       set version = excluded.version, person_id = excluded.person_id, project_id = excluded.project_id,
           day = excluded.day, minutes = excluded.minutes, billable = excluded.billable
     where approved_time.version < excluded.version
    """
)


async def keep(work: Work, entries: Sequence[TimeWorked]) -> None:
    """Keep approved entries, each once, in its newest version."""
    newest = {one.entry_id: one for one in sorted(entries, key=lambda one: one.version)}.values()
    await work.session.execute(
        KEEP,
        {
            "entries": [one.entry_id for one in newest],
            "versions": [one.version for one in newest],
            "people": [one.person_id for one in newest],
            "projects": [one.project_id for one in newest],
            "days": [one.day for one in newest],
            "minutes": [one.minutes for one in newest],
            "billable": [one.billable for one in newest],
        },
    )


async def treat(work: Work, project_id: UUID, treatment: Treatment) -> None:
    """Say how time on a project that is not billable counts."""
    said = {"treatment": treatment}
    statement = insert(utilization_rules).values(project_id=project_id, **said)
    await work.session.execute(statement.on_conflict_do_update(index_elements=["tenant_id", "project_id"], set_=said))


async def worked(work: Work, person_ids: Iterable[UUID], period: Period) -> dict[UUID, Worked]:
    """What several people worked in `period`, a period with an end, summed by the database in one statement."""
    found: dict[UUID, Worked] = {}
    for row in await _sums(work, person_ids, period):
        found[row.person_id] = found.get(row.person_id, Worked()) + _as_worked(row)
    return found


async def worked_by(
    work: Work, person_ids: Iterable[UUID], period: Period, step: Step
) -> dict[tuple[UUID, date], Worked]:
    """What several people worked in each week or month of `period`, named by its first day, in one statement."""
    starts_on = func.date_trunc(step.value, approved_time.c.day).cast(Date).label("starts_on")
    found: dict[tuple[UUID, date], Worked] = {}
    for row in await _sums(work, person_ids, period, starts_on):
        key = (row.person_id, row.starts_on)
        found[key] = found.get(key, Worked()) + _as_worked(row)
    return found


async def _sums(work: Work, person_ids: Iterable[UUID], period: Period, *parts: ColumnElement[date]) -> list[Row[Any]]:
    """Minutes by person, part of the period and treatment.

    Summed by project first, so that the treatment is looked up once for each project and not for each entry.
    """
    time = approved_time.c
    named = [part.key for part in parts if part.key]
    by_project = (
        select(time.person_id, time.project_id, time.billable, func.sum(time.minutes).label("minutes"), *parts)
        .where(time.person_id.in_(list(person_ids)), time.day >= period.starts_on, time.day < period.ends_before)
        .group_by(time.person_id, time.project_id, time.billable, *named)
        .subquery()
    )
    treatment = case((by_project.c.billable, "billable"), else_=func.coalesce(utilization_rules.c.treatment, "plain"))
    by = [by_project.c.person_id, *(by_project.c[name] for name in named)]
    rows: Select[Any] = (
        select(*by, treatment.label("treatment"), func.sum(by_project.c.minutes).label("minutes"))
        .join_from(
            by_project, utilization_rules, utilization_rules.c.project_id == by_project.c.project_id, isouter=True
        )
        .group_by(*by, treatment)
    )
    return list((await work.session.execute(rows)).all())


def _as_worked(row: Row[Any]) -> Worked:
    return Worked(**{f"{KEPT_AS.get(row.treatment, row.treatment)}_minutes": int(row.minutes)})


async def experience(work: Work, person_ids: Iterable[UUID], project_ids: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """Which of these projects each of several people has approved time on."""
    found: dict[UUID, set[UUID]] = {}
    rows = (
        select(approved_time.c.person_id, approved_time.c.project_id)
        .where(approved_time.c.person_id.in_(list(person_ids)), approved_time.c.project_id.in_(list(project_ids)))
        .distinct()
    )
    for row in (await work.session.execute(rows)).all():
        found.setdefault(row.person_id, set()).add(row.project_id)
    return found
