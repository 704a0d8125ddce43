"""What people do with what they and others spent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.delivery.change_orders.queries import sold_lines
from services.delivery.expenses import store
from services.delivery.expenses.model.expense import AlreadyReversed, ApprovedExpense, Books, Expense, Spent
from services.delivery.expenses.model.report import (
    ExpenseOnClosedProject,
    ExpenseReport,
    NoSuchReport,
    NotYoursToApprove,
    OwnReport,
    ReportExists,
)
from services.delivery.permissions import Permission
from services.delivery.projects.model.project import ProjectState
from services.delivery.projects.queries import visible_project
from services.delivery.templates.model.rules import BillingMethod
from services.delivery.timesheets.actions.own_time import acting_employee
from shared.contracts import delivery as contracts
from shared.subjects import acting_person
from shared.work import Work


async def begin_report(work: Work, report_id: UUID, project_id: UUID, *, title: str) -> ExpenseReport:
    """Begin a report of one's own about a project that one may see."""
    work.actor.must(Permission.RECORD_EXPENSES)
    person_id = await acting_employee(work)
    if await store.is_known(work, report_id):
        raise ReportExists()
    project = await visible_project(work, project_id)
    if project.state is ProjectState.CLOSED:
        raise ExpenseOnClosedProject(field="/project_id")
    report = ExpenseReport(report_id, project_id, person_id, title, project.price.currency)
    store.add(work, report)
    return report


async def enter_expense(work: Work, report_id: UUID, expense_id: UUID, *, spent: Spent) -> ExpenseReport:
    """Enter an expense into a report of one's own; a wrong one is taken out and entered again."""
    report = await _own(work, report_id)
    amount, tax = (await _books(work, report)).worth(spent)
    report.enter(Expense(expense_id, report.id, spent, amount, tax))
    return report


async def drop_expense(work: Work, report_id: UUID, expense_id: UUID) -> None:
    """Take an expense out of a report of one's own."""
    (await _own(work, report_id)).drop(expense_id)


async def submit_report(work: Work, report_id: UUID) -> ExpenseReport:
    """Hand a report of one's own in."""
    report = await _own(work, report_id)
    report.submit(await _books(work, report), at=work.now)
    return report


async def approve_report(work: Work, report_id: UUID) -> ExpenseReport:
    """Sign off what somebody else spent, which hands it to billing."""
    report, surroundings = await _to_decide(work, report_id)
    approved = report.approve(await _books(work, report), by=work.actor.subject, at=work.now)
    await store.keep(work, approved)
    work.publish(_told(work, report, approved, thread_id=surroundings.thread_id))
    return report


async def reject_report(work: Work, report_id: UUID, *, reason: str) -> ExpenseReport:
    """Give somebody's report back, saying why."""
    report, _ = await _to_decide(work, report_id)
    report.reject(reason, by=work.actor.subject, at=work.now)
    return report


async def reverse_expense(work: Work, report_id: UUID, expense_id: UUID, *, reason: str) -> ApprovedExpense:
    """Take an approved expense back by one that reverses it; what is right is reported anew."""
    report, surroundings = await _to_decide(work, report_id)
    wrong = await store.approved_expense(work, report_id, expense_id)
    if await store.is_reversed(work, expense_id):
        raise AlreadyReversed()
    reversal = wrong.reversed(reason)
    await store.keep(work, [reversal])
    work.publish(_told(work, report, [reversal], thread_id=surroundings.thread_id))
    return reversal


async def lock_expenses(work: Work, *, before: date) -> date:
    """Let no expense be added to the days before this one; moving it back opens them again."""
    work.actor.must(Permission.LOCK_EXPENSES)
    await store.lock_before(work, before)
    return before


async def _own(work: Work, report_id: UUID) -> ExpenseReport:
    """A report of whoever asks, locked."""
    work.actor.must(Permission.RECORD_EXPENSES)
    person_id = await acting_employee(work)
    report = await store.get(work, report_id)
    if report.person_id != person_id:
        raise NoSuchReport()
    return report


async def _to_decide(work: Work, report_id: UUID) -> tuple[ExpenseReport, store.Surroundings]:
    """A report, locked, and what surrounds it, if whoever asks may decide on it."""
    work.actor.must(Permission.APPROVE_EXPENSES)
    report = await store.get(work, report_id)
    surroundings = await store.around(work, report)
    if report.person_id == await acting_person(work) or surroundings.person_subject == work.actor.subject:
        raise OwnReport()
    if surroundings.manager != work.actor.subject:
        raise NotYoursToApprove()
    return report, surroundings


async def _books(work: Work, report: ExpenseReport) -> Books:
    sold = await sold_lines(work, report.project_id)
    for_expenses = {line.line_id: line.method is BillingMethod.EXPENSE for line in sold.values()}
    return Books(report.currency, for_expenses, await store.locked_before(work), work.now.date())


def _told(
    work: Work, report: ExpenseReport, approved: Sequence[ApprovedExpense], *, thread_id: UUID
) -> contracts.ExpenseReportApproved:
    return contracts.ExpenseReportApproved(
        thread_id=thread_id,
        report_id=report.id,
        project_id=report.project_id,
        person_id=report.person_id,
        approved_by=work.actor.subject,
        approved_at=work.now,
        expenses=[
            contracts.ApprovedExpense(
                expense_id=one.id,
                category=one.category,
                day=one.day,
                description=one.description,
                billing_line_id=one.billing_line_id,
                currency=one.currency,
                amount=one.amount,
                tax=one.tax,
                billable=one.billable,
                reimbursable=one.reimbursable,
                corrects_expense_id=one.corrects_expense_id,
            )
            for one in approved
        ],
    )
