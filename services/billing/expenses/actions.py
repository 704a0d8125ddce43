"""Taking over approved expenses."""

from __future__ import annotations

from services.billing.contracts.actions import contract_of
from services.billing.contracts.model import Contract
from services.billing.expenses.model import EXPENSE_RULE, passed_on
from services.billing.work_in_progress.actions import add_items
from services.billing.work_in_progress.model import BillableItem, expense_item_id
from shared.contracts.delivery import ApprovedExpense, ExpenseReportApproved
from shared.money import Money
from shared.work import Work


async def take_expenses(work: Work, report: ExpenseReportApproved) -> None:
    """Pass on what is billable of an approved report; what was taken before changes nothing.

    Raises NoSuchContract, NoSuchSoldLine.
    """
    billable = [expense for expense in report.expenses if expense.billable]
    if report.thread_id is None or not billable:
        return
    contract = await contract_of(work, report.thread_id)
    await add_items(work, [_item(expense, contract, report) for expense in billable])


def _item(expense: ApprovedExpense, contract: Contract, report: ExpenseReportApproved) -> BillableItem:
    line = None if expense.billing_line_id is None else contract.line(expense.billing_line_id)
    value = passed_on(line, Money(expense.amount, expense.currency), currency=contract.currency)
    return BillableItem(
        id=expense_item_id(expense.expense_id),
        contract_id=contract.id,
        contract_line_id=expense.billing_line_id,
        project_id=report.project_id,
        thread_id=contract.thread_id,
        expense_id=expense.expense_id,
        person_id=report.person_id,
        day=expense.day,
        note=expense.description or expense.category,
        is_billable=True,
        currency=contract.currency,
        rule=None if value is None else EXPENSE_RULE,
        cost=expense.amount if expense.currency == contract.currency else None,
        value=None if value is None else value.amount,
    )
