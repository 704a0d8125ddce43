"""Reading requests, and demand against supply."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, exists, func, null, or_, select

from services.resourcing.calendars.model import a_period
from services.resourcing.calendars.queries import working_times
from services.resourcing.people.store import people
from services.resourcing.permissions import Permission
from services.resourcing.projects.store import projects
from services.resourcing.requests.model import (
    Deal,
    Demand,
    DemandTable,
    ExpectedWork,
    NoSuchRequest,
)
from services.resourcing.requests.store import deals, requests
from shared.database import Page, Sorts, page
from shared.period import Period, month_of
from shared.work import Work

SORTS: Sorts = {
    "role": "staffing_role",
    "project": "project_name",
    "starts_on": "starts_on",
    "ends_on": "ends_before",
    "minutes": "minutes",
    "booked": "booked_minutes",
}
IS_COVERED = (requests.c.booked_minutes >= requests.c.minutes).label("is_covered")


def _visible(work: Work) -> list[Any]:
    """The columns that the actor may see: what an hour may cost is for those who may see what it costs."""
    work.actor.must(Permission.SEE_REQUESTS)
    plain = [column for column in requests.c if column.name != "hourly_cost_limit"]
    limit = requests.c.hourly_cost_limit if work.actor.may(Permission.SEE_COST_RATES) else null()
    return [*plain, limit.label("hourly_cost_limit"), IS_COVERED, projects.c.closed_on.label("project_closed_on")]


async def list_requests(
    work: Work,
    *,
    project_id: UUID | None = None,
    staffing_role: str | None = None,
    is_covered: bool | None = None,
    is_open: bool | None = None,
    words: str = "",
    descending: bool = False,
    sort: str = "",
    cursor: str | None = None,
    limit: int,
) -> Page[Row[Any]]:
    """Requests by start or `sort`; open ones wait for people of a project that goes on; `words` are of its names."""
    rows = select(*_visible(work)).join(projects, projects.c.id == requests.c.project_id)
    if project_id is not None:
        rows = rows.where(requests.c.project_id == project_id)
    if staffing_role is not None:
        rows = rows.where(requests.c.staffing_role == staffing_role)
    if is_covered is not None:
        rows = rows.where((requests.c.booked_minutes >= requests.c.minutes) == is_covered)
    if is_open is not None:
        waits = (requests.c.booked_minutes < requests.c.minutes) & projects.c.closed_on.is_(None)
        rows = rows.where(waits == is_open)
    if words:
        named = (requests.c.project_name, requests.c.account_name, requests.c.staffing_role)
        rows = rows.where(or_(*(one.icontains(words, autoescape=True) for one in named)))
    keys = (requests.c.starts_on, requests.c.id)
    return await page(
        work.session, rows, keys=keys, cursor=cursor, limit=limit, descending=descending, sort=sort, sorts=SORTS
    )


async def get_request(work: Work, request_id: UUID) -> Row[Any]:
    """One request."""
    rows = select(*_visible(work)).join(projects, projects.c.id == requests.c.project_id)
    found = (await work.session.execute(rows.where(requests.c.id == request_id))).one_or_none()
    if found is None:
        raise NoSuchRequest()
    return found


async def demand(work: Work, *, starts_on: date, ends_before: date) -> DemandTable:
    """What deals (weighted by probability) and projects want of each role in each month, and what people can give.

    A person counts as supply for their main role, before anything is booked. A won deal counts fully until its
    project has asked for people. Whole months from the one of `starts_on` to the one before `ends_before`.
    """
    work.actor.must(Permission.SEE_DEMAND)
    a_period(starts_on, ends_before)
    last = month_of(ends_before - timedelta(days=1)).ends_before
    period = Period(month_of(starts_on).starts_on, last)
    table = DemandTable(period)
    table.add_pipeline(await _pipeline(work))
    table.add_requested(await _requested(work, period))
    await _add_supply(work, table, period)
    return table


async def _pipeline(work: Work) -> list[Demand]:
    has_requests = exists().where(requests.c.thread_id == deals.c.id)
    is_open = or_(deals.c.lost_sequence.is_(None), deals.c.changed_sequence > deals.c.lost_sequence)
    is_won = deals.c.won_sequence > func.coalesce(deals.c.lost_sequence, 0)
    brings_work = func.jsonb_array_length(func.coalesce(deals.c.won_work, deals.c.expected_work)) > 0
    rows = select(deals).where(
        brings_work,
        or_(is_won & ~has_requests, deals.c.won_sequence.is_(None) & is_open),
    )
    found = (await work.session.execute(rows)).all()
    return [demand for row in found for demand in _deal(row).demand(work.now.date())]


def _deal(row: Row[Any]) -> Deal:
    if row.won_sequence is not None:
        return Deal(_expected(row.won_work), Decimal(1), row.won_starts_on, row.won_ends_before)
    return Deal(_expected(row.expected_work), row.probability, row.starts_on, row.ends_before, row.closes_on)


def _expected(plain: list[dict[str, Any]]) -> list[ExpectedWork]:
    return [ExpectedWork(one["staffing_role"], one["minutes"]) for one in plain]


async def _requested(work: Work, period: Period) -> list[Demand]:
    rows = (
        select(requests.c.staffing_role, requests.c.minutes, requests.c.starts_on, requests.c.ends_before)
        .join(projects, projects.c.id == requests.c.project_id)
        .where(
            projects.c.closed_on.is_(None),
            requests.c.starts_on < period.ends_before,
            requests.c.ends_before > period.starts_on,
        )
    )
    found = (await work.session.execute(rows)).all()
    return [Demand(row.staffing_role, row.minutes, row.starts_on, row.ends_before) for row in found]


async def _add_supply(work: Work, table: DemandTable, period: Period) -> None:
    rows = select(people.c.id, people.c.staffing_roles[1].label("main_role")).where(
        func.cardinality(people.c.staffing_roles) > 0,
        people.c.employed_from < period.ends_before,
        or_(people.c.employed_until.is_(None), people.c.employed_until > period.starts_on),
    )
    main_roles = {row.id: row.main_role for row in (await work.session.execute(rows)).all()}
    months = table.months()
    for person_id, time in (await working_times(work, main_roles, period)).items():
        for month in months:
            table.add_supply(month.starts_on, main_roles[person_id], time.totals(month).capacity_minutes)
