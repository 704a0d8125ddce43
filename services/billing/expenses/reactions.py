"""What delivery says about expenses."""

from __future__ import annotations

from services.billing.contracts.model import NoSuchContract, NoSuchSoldLine
from services.billing.expenses.actions import take_expenses
from shared.contracts.delivery import ExpenseReportApproved
from shared.messaging.reactions import NotReady, Reactions
from shared.work import Work

reactions = Reactions()


@reactions.on(ExpenseReportApproved, consumer="billing.pass_on_expenses")
async def on_expense_report_approved(work: Work, event: ExpenseReportApproved, sequence: int) -> None:
    """Approved expenses that the client pays become work in progress."""
    try:
        await take_expenses(work, event)
    except (NoSuchContract, NoSuchSoldLine):
        raise NotReady(f"opportunity/{event.thread_id}") from None
