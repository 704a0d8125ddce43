"""What was paid for a client is revenue of ours, a reimbursement, or neither, as the contract says."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from shared.contracts import crm
from shared.contracts.billing import RevenueRecognised
from tests.billing.test_worked_examples import a_deal, abroad, closing_of, from_outside, recognise
from tests.support.billing import Billing, a_sold_line, an_expense, an_expense_report
from tests.support.ledger import trial_balance


@pytest.mark.parametrize(
    ("example", "is_agent", "kept_on"),
    [("11-gross", False, "6000"), ("11b-net", True, "1400")],
    ids=["as principal", "as agent"],
)
async def test_11_a_subcontractor_passed_on(
    books: Billing, sample_data: Path, example: str, is_agent: bool, kept_on: str
) -> None:
    subcontractor = a_sold_line(crm.BillingMethod.EXPENSE, "10500", markup_percent=Decimal(5), is_agent=is_agent)
    travel = a_sold_line(crm.BillingMethod.EXPENSE, "500")
    deal = await a_deal(books, subcontractor, travel, **{**abroad(), "currency": "EUR"})
    day = {"day": date(2026, 5, 20)}
    expenses = [an_expense(subcontractor.line_id, "10000", **day)]
    if not is_agent:
        expenses.append(an_expense(travel.line_id, "318.40", **day))
    cost = sum(expense.amount for expense in expenses)

    await from_outside(books, "2026-05-20", "EUR", **{f"a{kept_on}": str(cost), "a2000": str(-cost)})
    await books.hear(an_expense_report(deal.sale, *expenses))
    await recognise(books, "2026-05")
    await deal.invoice(date(2026, 5, 31))

    assert await trial_balance(books) == closing_of(sample_data, example)
    earned = [event.amount for event in await books.announced(RevenueRecognised)]
    assert sum(earned) == (Decimal(500) if is_agent else Decimal("10818.40"))
