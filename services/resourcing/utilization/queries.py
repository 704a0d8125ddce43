"""Reading utilization."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, or_, select

from services.resourcing.calendars.model import a_period
from services.resourcing.calendars.queries import working_times
from services.resourcing.people.store import people
from services.resourcing.permissions import Permission
from services.resourcing.projects.store import projects
from services.resourcing.utilization.model import Step, Treatment, Utilization, Worked
from services.resourcing.utilization.store import approved_time, utilization_rules, worked, worked_by
from shared.database import Page, page
from shared.period import Period
from shared.work import Work

LONGEST_BY_WEEK = 98  # days


@dataclass(frozen=True)
class UtilizationOfPerson:
    """The figure of one person."""

    person_id: UUID
    name: str
    practice: str
    figure: Utilization


async def list_utilization(
    work: Work,
    *,
    starts_on: date,
    ends_before: date,
    practice: str | None = None,
    person_id: UUID | None = None,
    cursor: str | None = None,
    limit: int,
) -> Page[UtilizationOfPerson]:
    """Billable utilization of everybody employed in the period, by name, in six statements a page."""
    work.actor.must(Permission.SEE_UTILIZATION)
    period = a_period(starts_on, ends_before)
    rows = _employed(period, practice)
    if person_id is not None:
        rows = rows.where(people.c.id == person_id)
    found = await page(work.session, rows, keys=(people.c.name, people.c.id), cursor=cursor, limit=limit)
    ids = [row.id for row in found.items]
    times = await working_times(work, ids, period)
    sums = await worked(work, ids, period)
    items = [
        UtilizationOfPerson(
            row.id, row.name, row.practice, Utilization(times[row.id].totals(period), sums.get(row.id, Worked()))
        )
        for row in found.items
    ]
    return Page(items, found.next)


@dataclass(frozen=True)
class UtilizationOverTime:
    """The figures of everybody in a period, together by week or month and practice."""

    step: Step
    starts: Sequence[date]
    by_practice: Mapping[str, Sequence[Utilization]]
    """Of each practice as many figures as there are starts."""

    @property
    def of_everybody(self) -> list[Utilization]:
        """The figure of each week or month."""
        return [sum(figures, Utilization()) for figures in zip(*self.by_practice.values(), strict=True)]


async def utilization_over_time(
    work: Work, *, starts_on: date, ends_before: date, practice: str | None = None
) -> UtilizationOverTime:
    """How billable utilization went: by week up to a quarter, by month above; six statements for everybody."""
    work.actor.must(Permission.SEE_UTILIZATION)
    period = a_period(starts_on, ends_before)
    step = Step.WEEK if (ends_before - starts_on).days <= LONGEST_BY_WEEK else Step.MONTH
    rows = (await work.session.execute(_employed(period, practice))).all()
    ids = [row.id for row in rows]
    times, sums = await working_times(work, ids, period), await worked_by(work, ids, period, step)
    parts = list(step.parts(period))
    by_practice: dict[str, list[Utilization]] = {}
    for row in rows:
        figures = by_practice.setdefault(row.practice, [Utilization()] * len(parts))
        for place, (first, part) in enumerate(parts):
            figures[place] += Utilization(times[row.id].totals(part), sums.get((row.id, first), Worked()))
    return UtilizationOverTime(step, [first for first, _ in parts], by_practice)


async def projects_to_treat(work: Work, *, words: str = "", cursor: str | None, limit: int) -> Page[Row[Any]]:
    """Projects with approved time that is not billable, by name, with the minutes of it and how they count."""
    work.actor.must(Permission.SEE_UTILIZATION)
    minutes = func.sum(approved_time.c.minutes).label("minutes")
    unbilled = (
        select(approved_time.c.project_id, minutes)
        .where(~approved_time.c.billable)
        .group_by(approved_time.c.project_id)
        .having(minutes > 0)
        .subquery()
    )
    treatment = func.coalesce(utilization_rules.c.treatment, Treatment.PLAIN).label("treatment")
    rows = (
        select(projects.c.id, projects.c.number, projects.c.name, unbilled.c.minutes, treatment)
        .join(unbilled, unbilled.c.project_id == projects.c.id)
        .outerjoin(utilization_rules, utilization_rules.c.project_id == projects.c.id)
        .where(projects.c.name.is_not(None))
    )
    if words:
        named = (projects.c.name, projects.c.number)
        rows = rows.where(or_(*(one.icontains(words, autoescape=True) for one in named)))
    return await page(work.session, rows, keys=(projects.c.name, projects.c.id), cursor=cursor, limit=limit)


def _employed(period: Period, practice: str | None) -> Select[Any]:
    rows = select(people.c.id, people.c.name, people.c.practice).where(
        people.c.employed_from < period.ends_before,
        or_(people.c.employed_until.is_(None), people.c.employed_until > period.starts_on),
    )
    return rows if practice is None else rows.where(people.c.practice == practice)
