"""What people see of expenses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, false, func, or_, select, table, true
from sqlalchemy.sql import column

from services.delivery.expenses import store
from services.delivery.expenses.model.expense import ApprovedExpense
from services.delivery.expenses.model.report import ExpenseReport, NoSuchReport, ReportState
from services.delivery.expenses.store import approved_expenses, expenses, reports
from services.delivery.permissions import Permission
from shared.database import Page, Sorts, page
from shared.subjects import acting_person
from shared.work import Work

projects = table("projects", column("id"), column("ordinal"), column("name"), column("manager"))
people = table("people", column("id"), column("name"))
PROJECT = (projects.c.ordinal, projects.c.name.label("project_name"))
PERSON = func.coalesce(people.c.name, "").label("person_name")
SORTS: Sorts = {
    "title": "title",
    "project": "ordinal",
    "person": "person_name",
    "submitted": "submitted_at",
    "amount": "amount",
}


class ShowReports(StrEnum):
    """Which reports to list: one's own, those that wait for one's decision, or all that one may see."""

    MINE = "mine"
    TO_APPROVE = "to_approve"
    ALL = "all"


@dataclass(frozen=True)
class ReportInFull:
    """A report with what is in it: what can change, and what was approved."""

    report: ExpenseReport
    approved: list[ApprovedExpense]


async def list_reports(
    work: Work, *, show: ShowReports, state: ReportState | None, sort: str = "", cursor: str | None, limit: int
) -> Page[Row[Any]]:
    """Expense reports with what they come to, net, the newest first or by `sort`."""
    work.actor.must(Permission.VIEW_EXPENSES)
    shown = await _shown(work, show)
    rows = select(reports, *PROJECT, PERSON, (_sum(expenses) + _sum(approved_expenses)).label("amount"))
    rows = rows.join(projects, projects.c.id == reports.c.project_id)
    rows = rows.outerjoin(people, people.c.id == reports.c.person_id).where(shown)
    if state is not None:
        rows = rows.where(reports.c.state == state)
    keys = (reports.c.id,)
    return await page(
        work.session, rows, keys=keys, cursor=cursor, limit=limit, descending=True, sort=sort, sorts=SORTS
    )


async def get_report(work: Work, report_id: UUID) -> ReportInFull:
    """One report with its expenses."""
    work.actor.must(Permission.VIEW_EXPENSES)
    visible = or_(await _shown(work, ShowReports.ALL), await _shown(work, ShowReports.MINE))
    rows = select(ExpenseReport).join(projects, projects.c.id == reports.c.project_id)
    report = await work.session.scalar(rows.where(reports.c.id == report_id, visible))
    if report is None:
        raise NoSuchReport()
    return ReportInFull(report, await store.approved_of(work, report_id))


async def around(work: Work, report: ExpenseReport) -> Row[Any]:
    """The project and the person of a report that whoever asks has found: `project_name`, `manager`, `person_name`."""
    rows: Select[Any] = select(*PROJECT, projects.c.manager, PERSON)
    rows = rows.outerjoin(people, people.c.id == report.person_id).where(projects.c.id == report.project_id)
    found: Row[Any] = (await work.session.execute(rows)).one()
    return found


async def locked_before(work: Work) -> date | None:
    """The first day that expenses can be added to."""
    work.actor.must(Permission.VIEW_EXPENSES)
    return await store.locked_before(work)


async def _shown(work: Work, show: ShowReports) -> ColumnElement[bool]:
    me = await acting_person(work)
    mine = reports.c.person_id == me if me else false()
    managed = projects.c.manager == work.actor.subject
    if show is ShowReports.MINE:
        return mine
    if show is ShowReports.ALL:
        return true() if work.actor.may(Permission.VIEW_ALL_EXPENSES) else or_(mine, managed)
    return and_(reports.c.state == ReportState.SUBMITTED, managed, ~mine)


def _sum(kept: Any) -> ColumnElement[Any]:
    """What a report comes to in this table."""
    of_report = kept.c.report_id == reports.c.id
    return select(func.coalesce(func.sum(kept.c.amount), 0)).where(of_report).scalar_subquery()
