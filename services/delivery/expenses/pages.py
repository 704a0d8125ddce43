"""Expense reports as people see them: a list, one report that is filled on the way, and the decision on it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.delivery.change_orders.queries import sold_lines
from services.delivery.expenses import actions, queries
from services.delivery.expenses.api import ExpenseBody, LockBody, Net, Rate, ReasonBody, ReportBody, Tax
from services.delivery.expenses.model.expense import Category, Spent
from services.delivery.expenses.model.report import ReportState
from services.delivery.expenses.queries import ShowReports
from services.delivery.permissions import Permission
from services.delivery.projects.model.project import number_of
from services.delivery.projects.queries import open_projects
from services.delivery.templates.model.rules import BillingMethod
from shared.ids import new_id
from shared.pages import InWork, PageRoute, Typed, form_of, page, said, toast
from shared.pages.waiting import WAITING_AT_MOST, Need, Verb
from shared.subjects import acting_person
from shared.ui.listing import Column, Listing, Rows
from shared.ui.words import gettext as _
from shared.work import Work

router = APIRouter(prefix="/expenses", route_class=PageRoute)
OPEN = (ReportState.DRAFT, ReportState.REJECTED)


class ExpenseForm(ExpenseBody):
    """What the form says of an expense: amounts as people type them, and a box that is not ticked says no."""

    receipt_net: Annotated[Net, Typed]
    receipt_tax: Annotated[Tax, Typed] = Decimal()
    exchange_rate: Annotated[Rate, Typed] | None = None
    reimbursable: bool = False


@router.get("")
async def reports(
    request: Request,
    work: InWork,
    rows: Rows,
    show: ShowReports | None = None,
    state: Annotated[ReportState | None, Query()] = None,
) -> Response:
    """Reports, the newest first: one's own to begin with, or all for those who record none."""
    records = work.actor.may(Permission.RECORD_EXPENSES)
    chosen = show or (ShowReports.MINE if records else ShowReports.ALL)
    found = await queries.list_reports(
        work, show=chosen, state=state, sort=rows.sort, cursor=rows.cursor, limit=rows.limit
    )
    columns = (
        Column("title", _("Report"), sorts=True),
        Column("project", _("Project"), lambda row: number_of(row.ordinal), sorts=True),
        Column("project_name", _("Name"), only="file"),
        Column("person", _("Who"), "person_name", sorts=True),
        Column("state", _("State"), said("delivery/expenses/words.html", "mark", "state")),
        Column("submitted", _("Submitted"), "submitted_at", sorts=True),
        Column("amount", _("Net"), sorts=True, number=True, currency="currency"),
    )
    return page(
        request,
        "delivery/expenses/reports.html",
        listing=Listing.of(request, "expenses", columns, found.items, next=found.next),
        chosen=chosen,
        number_of=number_of,
        projects=await open_projects(work) if records else [],
        records=records,
        decides=work.actor.may(Permission.APPROVE_EXPENSES),
        locks=work.actor.may(Permission.LOCK_EXPENSES),
        locked_before=await queries.locked_before(work),
        report_id=new_id(),
    )


@router.post("/lock")
async def lock(request: Request, work: InWork) -> Response:
    """Let no expense be added to the days before this one."""
    form = await form_of(request, LockBody)
    await actions.lock_expenses(work, before=form.locked_before)
    return _to("", _("The books are locked."))


@router.get("/{report_id}")
async def report(request: Request, report_id: UUID, work: InWork) -> Response:
    """One report: what was spent, what becomes of it, and the form for the next receipt."""
    found = await queries.get_report(work, report_id)
    head = found.report
    around = await queries.around(work, head)
    is_own = head.person_id == await acting_person(work) and work.actor.may(Permission.RECORD_EXPENSES)
    is_manager = around.manager == work.actor.subject and work.actor.may(Permission.APPROVE_EXPENSES)
    decides = is_manager and not is_own
    rows = head.expenses or found.approved
    sold = (await sold_lines(work, head.project_id)).values()
    return page(
        request,
        "delivery/expenses/report.html",
        report=head,
        approved=found.approved,
        net=sum((one.amount for one in rows), Decimal()),
        tax=sum((one.tax for one in rows), Decimal()),
        taken_back={one.corrects_expense_id for one in found.approved},
        around=around,
        project_number=number_of(around.ordinal),
        lines={line.line_id: line.description for line in sold},
        for_expenses=[(line.line_id, line.description) for line in sold if line.method is BillingMethod.EXPENSE],
        categories=list(Category),
        may_enter=is_own and head.state in OPEN,
        may_decide=decides and head.state is ReportState.SUBMITTED,
        may_reverse=decides and head.state is ReportState.APPROVED,
        expense_id=new_id(),
        today=work.now.date(),
    )


@router.post("/{report_id}")
async def begin(request: Request, report_id: UUID, work: InWork) -> Response:
    """Begin a report, and show it."""
    form = await form_of(request, ReportBody)
    await actions.begin_report(work, report_id, form.project_id, title=form.title)
    return _to(report_id)


@router.post("/{report_id}/expenses/{expense_id}")
async def enter(request: Request, report_id: UUID, expense_id: UUID, work: InWork) -> Response:
    """Enter what is on a receipt."""
    form = await form_of(request, ExpenseForm)
    await actions.enter_expense(work, report_id, expense_id, spent=Spent(**form.model_dump()))
    return _to(report_id, _("Entered."))


@router.post("/{report_id}/expenses/{expense_id}/removal")
async def drop(report_id: UUID, expense_id: UUID, work: InWork) -> Response:
    """Take an expense out."""
    await actions.drop_expense(work, report_id, expense_id)
    return _to(report_id)


@router.post("/{report_id}/submission")
async def submit(report_id: UUID, work: InWork) -> Response:
    """Hand one's report in."""
    await actions.submit_report(work, report_id)
    return _to(report_id, _("Your report is submitted."))


@router.post("/{report_id}/approval")
async def approve(report_id: UUID, work: InWork) -> Response:
    """Sign off what somebody else spent."""
    await actions.approve_report(work, report_id)
    return _to(report_id, _("The report is approved."))


@router.post("/{report_id}/rejection")
async def reject(request: Request, report_id: UUID, work: InWork) -> Response:
    """Give somebody's report back, saying why."""
    form = await form_of(request, ReasonBody)
    await actions.reject_report(work, report_id, reason=form.reason)
    return _to(report_id, _("The report is back with the person."))


@router.post("/{report_id}/expenses/{expense_id}/reversal")
async def reverse(request: Request, report_id: UUID, expense_id: UUID, work: InWork) -> Response:
    """Take an approved expense back, saying why."""
    form = await form_of(request, ReasonBody)
    await actions.reverse_expense(work, report_id, expense_id, reason=form.reason)
    return _to(report_id, _("The expense is taken back."))


async def needs(work: Work) -> Sequence[Need]:
    """Reports to sign off, and one's own that were given back."""
    found = []
    if work.actor.may(Permission.APPROVE_EXPENSES):
        found += await _waiting(work, ShowReports.TO_APPROVE, ReportState.SUBMITTED)
    if work.actor.may(Permission.RECORD_EXPENSES):
        found += await _waiting(work, ShowReports.MINE, ReportState.REJECTED)
    return found


async def _waiting(work: Work, show: ShowReports, state: ReportState) -> list[Need]:
    found = await queries.list_reports(work, show=show, state=state, cursor=None, limit=WAITING_AT_MOST)
    verb, title = Verb.APPROVE, _("Approve an expense report")
    if show is ShowReports.MINE:
        verb, title = Verb.FIX, _("Mend your expense report")
    return [
        Need(
            verb,
            title,
            f"/delivery/expenses/{one.id}",
            one.rejection_reason or f"{one.person_name} · {one.project_name} · {one.title}",
            one.submitted_at.date(),
        )
        for one in found.items
    ]


def _to(report_id: UUID | str, said: str = "") -> Response:
    headers = toast(said) if said else {}
    return RedirectResponse(f"/delivery/expenses/{report_id}".rstrip("/"), 303, headers)
