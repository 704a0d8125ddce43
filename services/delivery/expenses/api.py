"""Expense reports over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.delivery.expenses import actions, queries
from services.delivery.expenses.model import expense as of_expense
from services.delivery.expenses.model import report as of_report
from services.delivery.expenses.model.expense import Category, Spent
from services.delivery.expenses.model.report import ReportState
from services.delivery.expenses.queries import ReportInFull, ShowReports
from services.delivery.timesheets.model.entries import NobodyBehindLogIn
from shared.actor import NotPermitted
from shared.contracts.base import Amount, Currency
from shared.errors import NotFound
from shared.web import Body, Cursor, InWork, Limit, PageOf, View, WorkRoute, refusals

router = APIRouter(prefix="/expense-reports", tags=["expenses"], route_class=WorkRoute)
lock_router = APIRouter(prefix="/expense-lock", tags=["expenses"], route_class=WorkRoute)

Name = Annotated[str, Field(min_length=1, max_length=200)]
Reason = Annotated[str, Field(min_length=1, max_length=2000)]
Net = Annotated[Amount, Field(gt=0, le=10**9)]
Tax = Annotated[Amount, Field(ge=0, le=10**9)]
Rate = Annotated[Amount, Field(gt=0, le=10**6)]

OWN = (NotPermitted, NobodyBehindLogIn, NotFound, of_report.ReportHandedIn)
DECIDING = (NotPermitted, NotFound, of_report.OwnReport, of_report.NotYoursToApprove)
MISFITS = (
    of_expense.SpentInFuture,
    of_expense.PeriodLocked,
    of_expense.BillableWithoutLine,
    of_expense.NotSoldOnProject,
    of_expense.NotForExpenses,
    of_expense.RateMissing,
    of_expense.RateOfSameCurrency,
)


class ReportBody(Body):
    """The project that money was spent on, and what for."""

    project_id: UUID
    title: Name


class ExpenseBody(Body):
    """What is on the receipt, net and tax apart; whether the client pays it and whether you get it back are two things.

    `exchange_rate` is units of the project's currency for one of the receipt's, where they differ.
    """

    day: date
    category: Category
    description: Name
    receipt: Name
    receipt_currency: Currency
    receipt_net: Net
    receipt_tax: Tax = Decimal()
    exchange_rate: Rate | None = None
    billable: bool = False
    reimbursable: bool = True
    billing_line_id: UUID | None = None


class ReasonBody(Body):
    """Why."""

    reason: Reason


class LockBody(Body):
    """The first day that expenses can still be added to."""

    locked_before: date


class LockView(View):
    """The first day that expenses can be added to; none where nothing was ever locked."""

    locked_before: date | None


class ExpenseView(View):
    """An expense; `amount` and `tax` are in the currency of the project, negative where one was reversed."""

    id: UUID
    day: date
    category: Category
    description: str
    receipt: str
    amount: Amount
    tax: Amount
    billable: bool
    reimbursable: bool
    billing_line_id: UUID | None
    corrects_expense_id: UUID | None = None
    reason: str | None = None


class ReportRow(View):
    """A report in a list; `amount` is net."""

    id: UUID
    project_id: UUID
    person_id: UUID
    title: str
    currency: str
    state: ReportState
    submitted_at: datetime | None
    amount: Amount


class ReportView(View):
    """A report with its expenses."""

    id: UUID
    project_id: UUID
    person_id: UUID
    title: str
    currency: str
    state: ReportState
    submitted_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    rejection_reason: str | None
    expenses: list[ExpenseView]


@router.get("", responses=refusals(NotPermitted))
async def list_reports(
    work: InWork,
    show: ShowReports = ShowReports.MINE,
    state: ReportState | None = None,
    *,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOf[ReportRow]:
    """Expense reports: yours, those that wait for you, or all that you may see."""
    found = await queries.list_reports(work, show=show, state=state, cursor=cursor, limit=limit)
    return PageOf[ReportRow].of(found, ReportRow)


@router.get("/{report_id}", responses=refusals(NotPermitted, NotFound))
async def get_report(report_id: UUID, work: InWork) -> ReportView:
    """One report with its expenses."""
    return _shown(await queries.get_report(work, report_id))


@router.put(
    "/{report_id}",
    status_code=201,
    responses=refusals(
        NotPermitted, NobodyBehindLogIn, NotFound, of_report.ReportExists, of_report.ExpenseOnClosedProject
    ),
)
async def begin_report(report_id: UUID, body: ReportBody, work: InWork) -> ReportView:
    """Begin a report of your own, under your own id."""
    return _shown(ReportInFull(await actions.begin_report(work, report_id, body.project_id, title=body.title), []))


@router.put("/{report_id}/expenses/{expense_id}", status_code=201, responses=refusals(*OWN, *MISFITS))
async def enter_expense(report_id: UUID, expense_id: UUID, body: ExpenseBody, work: InWork) -> ReportView:
    """Enter an expense under your own id, as long as the report is not handed in."""
    spent = Spent(**body.model_dump())
    return _shown(ReportInFull(await actions.enter_expense(work, report_id, expense_id, spent=spent), []))


@router.delete("/{report_id}/expenses/{expense_id}", status_code=204, responses=refusals(*OWN))
async def drop_expense(report_id: UUID, expense_id: UUID, work: InWork) -> None:
    """Take an expense out, as long as the report is not handed in."""
    await actions.drop_expense(work, report_id, expense_id)


@router.post("/{report_id}/submission", responses=refusals(*OWN, of_report.EmptyReport, of_expense.PeriodLocked))
async def submit_report(report_id: UUID, work: InWork) -> ReportView:
    """Hand your report in."""
    return _shown(ReportInFull(await actions.submit_report(work, report_id), []))


@router.post(
    "/{report_id}/approval", responses=refusals(*DECIDING, of_report.ReportNotSubmitted, of_expense.PeriodLocked)
)
async def approve_report(report_id: UUID, work: InWork) -> ReportView:
    """Sign off what somebody else spent, which hands it to billing."""
    await actions.approve_report(work, report_id)
    return _shown(await queries.get_report(work, report_id))


@router.post("/{report_id}/rejection", responses=refusals(*DECIDING, of_report.ReportNotSubmitted))
async def reject_report(report_id: UUID, body: ReasonBody, work: InWork) -> ReportView:
    """Give somebody's report back, saying why."""
    return _shown(ReportInFull(await actions.reject_report(work, report_id, reason=body.reason), []))


@router.post(
    "/{report_id}/expenses/{expense_id}/reversal",
    status_code=201,
    responses=refusals(*DECIDING, of_expense.AlreadyReversed),
)
async def reverse_expense(report_id: UUID, expense_id: UUID, body: ReasonBody, work: InWork) -> ExpenseView:
    """Take an approved expense back by one that reverses it; what is right is reported anew."""
    return ExpenseView.model_validate(await actions.reverse_expense(work, report_id, expense_id, reason=body.reason))


@lock_router.get("", responses=refusals(NotPermitted))
async def get_lock(work: InWork) -> LockView:
    """Up to when the books are locked for expenses."""
    return LockView(locked_before=await queries.locked_before(work))


@lock_router.post("", responses=refusals(NotPermitted))
async def lock_expenses(body: LockBody, work: InWork) -> LockView:
    """Lock the books before a day; moving it back opens them again, which the trail keeps."""
    return LockView(locked_before=await actions.lock_expenses(work, before=body.locked_before))


def _shown(found: ReportInFull) -> ReportView:
    open_ones = [
        ExpenseView.model_validate({**vars(one.spent), "id": one.id, "amount": one.amount, "tax": one.tax})
        for one in found.report.expenses
    ]
    approved = [ExpenseView.model_validate(one) for one in found.approved]
    said = {name: getattr(found.report, name) for name in ReportView.model_fields if name != "expenses"}
    return ReportView(**said, expenses=[*open_ones, *approved])
