"""Reading utilization."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select

from services.resourcing.calendars.model import a_period
from services.resourcing.calendars.queries import working_times
from services.resourcing.people.store import people
from services.resourcing.permissions import Permission
from services.resourcing.utilization.model import Utilization, Worked
from services.resourcing.utilization.store import worked
from shared.database import Page, page
from shared.work import Work


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
    rows = select(people).where(
        people.c.employed_from < ends_before,
        or_(people.c.employed_until.is_(None), people.c.employed_until > starts_on),
    )
    if practice is not None:
        rows = rows.where(people.c.practice == practice)
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
