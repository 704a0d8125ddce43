"""What people see of projects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, or_, select, table, true
from sqlalchemy.sql import column

from services.delivery.accounts.queries import account_name
from services.delivery.margin.model import Actuals
from services.delivery.margin.queries import actuals
from services.delivery.permissions import Permission
from services.delivery.projects.model.baseline import (
    Baseline,
    Difference,
    compare,
    minutes_by_role,
    planned_cost,
)
from services.delivery.projects.model.project import Project, ProjectState, number_of
from services.delivery.projects.store import baselines
from services.delivery.projects.store.plans import NoSuchProject, projects
from services.delivery.projects.store.teams import bookings, staffing_requests
from shared.database import Page, Sorts, page
from shared.money import Money
from shared.period import Period
from shared.subjects import name_of
from shared.work import Work

MANAGERS_MAX = 200
CHOICES_MAX = 500
SORTS: Sorts = {
    "number": "ordinal",
    "account": "account_name",
    "manager": name_of(projects.c.manager),
    "starts_on": "starts_on",
    "ends_on": "ends_before",
}
accounts = table("accounts", column("id"), column("name"))
people = table("people", column("id"), column("name"))
log_ins = table("log_ins", column("person_id"), column("subject"))


@dataclass(frozen=True)
class Margin:
    """Sold, planned and actual side by side."""

    baseline: Baseline
    planned_cost: Money
    actuals: Actuals


@dataclass(frozen=True)
class ProjectInFull:
    """A project with its team, and with its margin for those who may see cost."""

    project: Project
    account_name: str
    team: list[Row[Any]]
    staffing: list[Row[Any]]
    margin: Margin | None


async def list_projects(
    work: Work,
    *,
    state: ProjectState | None,
    words: str = "",
    descending: bool = False,
    sort: str = "",
    cursor: str | None,
    limit: int,
) -> Page[Row[Any]]:
    """The projects that whoever asks may see, by number or `sort`; `words` are of number, name and customer."""
    work.actor.must(Permission.VIEW_PROJECTS)
    name = func.coalesce(accounts.c.name, projects.c.account_name).label("account_name")
    own = ("id", "ordinal", "name", "account_id", "manager", "state", "starts_on", "ends_before", "currency")
    rows = select(*(projects.c[each] for each in own), name)
    rows = rows.outerjoin(accounts, accounts.c.id == projects.c.account_id).where(_visible_to(work))
    if state is not None:
        rows = rows.where(projects.c.state == state)
    if words:
        said = (func.concat("P-", projects.c.ordinal), projects.c.name, name)
        rows = rows.where(or_(*(each.icontains(words, autoescape=True) for each in said)))
    keys = (projects.c.ordinal,)
    return await page(
        work.session, rows, keys=keys, cursor=cursor, limit=limit, descending=descending, sort=sort, sorts=SORTS
    )


async def open_projects(work: Work, *, managed: bool = False) -> list[tuple[UUID, str]]:
    """The projects that whoever asks may see, or manages, and that are not closed, to choose from: CHOICES_MAX."""
    work.actor.must(Permission.VIEW_PROJECTS)
    rows = select(projects.c.id, projects.c.ordinal, projects.c.name)
    rows = rows.where(_visible_to(work), projects.c.state != ProjectState.CLOSED)
    if managed:
        rows = rows.where(projects.c.manager == work.actor.subject)
    found = await work.session.execute(rows.order_by(projects.c.ordinal.desc()).limit(CHOICES_MAX))
    return [(row.id, f"{number_of(row.ordinal)} {row.name}") for row in found]


async def get_project(work: Work, project_id: UUID) -> ProjectInFull:
    """One project, as far as whoever asks may see it."""
    work.actor.must(Permission.VIEW_PROJECTS)
    project = await _visible(work, project_id)
    return await _in_full(work, project, with_margin=_may_see_margin(work, project))


async def managers(work: Work) -> list[str]:
    """The log-ins of those who manage projects, MANAGERS_MAX at most."""
    work.actor.must(Permission.DECIDE_HANDOFFS)
    known = select(projects.c.manager).distinct().order_by(projects.c.manager).limit(MANAGERS_MAX)
    return list(await work.session.scalars(known))


async def opened_project(work: Work, project: Project) -> ProjectInFull:
    """The project that somebody has just opened, whoever is to manage it."""
    work.actor.must(Permission.DECIDE_HANDOFFS)
    return await _in_full(work, project, with_margin=True)


async def baseline_comparison(work: Work, project_id: UUID) -> list[Difference]:
    """The first baseline and the plan of now, field by field."""
    project = await visible_margin(work, project_id)
    baseline = await baselines.of_project(work, project_id)
    period = Period(project.starts_on, project.ends_before)
    return compare(baseline, project.tasks, period=period, price=project.price)


async def visible_project(work: Work, project_id: UUID) -> Project:
    """A project that whoever asks may see."""
    work.actor.must(Permission.VIEW_PROJECTS)
    return await _visible(work, project_id)


async def visible_margin(work: Work, project_id: UUID) -> Project:
    """A project whose cost and margin whoever asks may see."""
    work.actor.must(Permission.VIEW_MARGIN)
    project = await _visible(work, project_id)
    if not _may_see_margin(work, project):
        raise NoSuchProject()
    return project


def projects_with_visible_margin(work: Work) -> Select[tuple[UUID]]:
    """The ids of the projects whose cost and margin whoever asks may see."""
    work.actor.must(Permission.VIEW_MARGIN)
    every = work.actor.may(Permission.VIEW_ALL_PROJECTS)
    return select(projects.c.id).where(true() if every else projects.c.manager == work.actor.subject)


def _may_see_margin(work: Work, project: Project) -> bool:
    every = work.actor.may(Permission.VIEW_ALL_PROJECTS)
    return work.actor.may(Permission.VIEW_MARGIN) and (every or project.manager == work.actor.subject)


async def _visible(work: Work, project_id: UUID) -> Project:
    rows = select(Project).where(projects.c.id == project_id, _visible_to(work))
    found: Project | None = await work.session.scalar(rows)
    if found is None:
        raise NoSuchProject()
    return found


def _visible_to(work: Work) -> ColumnElement[bool]:
    """Everything, or what one manages, sold, or is booked on."""
    if work.actor.may(Permission.VIEW_ALL_PROJECTS):
        return true()
    me = work.actor.subject
    person = select(log_ins.c.person_id).where(log_ins.c.subject == me)
    booked = select(bookings.c.project_id).where(bookings.c.person_id.in_(person), ~bookings.c.is_cancelled)
    return or_(projects.c.manager == me, projects.c.seller == me, projects.c.id.in_(booked))


async def _in_full(work: Work, project: Project, *, with_margin: bool) -> ProjectInFull:
    team = (
        select(bookings, func.coalesce(people.c.name, "").label("name"))
        .outerjoin(people, people.c.id == bookings.c.person_id)
        .where(bookings.c.project_id == project.id, ~bookings.c.is_cancelled)
        .order_by(bookings.c.starts_on, bookings.c.id)
    )
    requests = select(staffing_requests).where(staffing_requests.c.project_id == project.id)
    return ProjectInFull(
        project,
        await account_name(work, project.account_id, sold_as=project.account_name),
        list((await work.session.execute(team)).all()),
        list((await work.session.execute(requests.order_by(staffing_requests.c.staffing_role))).all()),
        await _margin(work, project) if with_margin else None,
    )


async def _margin(work: Work, project: Project) -> Margin:
    baseline = await baselines.of_project(work, project.id)
    currency = project.price.currency
    so_far = await actuals(work, project.id, opportunity_id=project.thread_id, currency=currency)
    return Margin(baseline, planned_cost(baseline, minutes_by_role(project.tasks)), so_far)
