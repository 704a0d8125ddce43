"""What a receipt is worth, without anything around it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.delivery.expenses.model.expense import AlreadyReversed, ApprovedExpense, Books, Category, Spent
from shared.ids import new_id
from shared.money import Money

TODAY = date(2026, 3, 9)
AMOUNTS = st.decimals(min_value="0.01", max_value=100_000, places=2)
RATES = st.decimals(min_value="0.0001", max_value=1_000, places=4)


@given(net=AMOUNTS, tax=AMOUNTS, rate=RATES)
def test_a_receipt_is_worth_its_amounts_at_the_rate_to_the_nearest_cent(
    net: Decimal, tax: Decimal, rate: Decimal
) -> None:
    spent = Spent(TODAY, Category.TRAVEL, "Train", "1.pdf", "CHF", net, tax, rate)

    worth = Books("EUR", {}, None, TODAY).worth(spent)

    for amount, exact in zip(worth, (net * rate, tax * rate), strict=True):
        assert amount == Money(amount, "EUR").rounded().amount
        assert abs(amount - exact) <= Decimal("0.005")


@given(amount=AMOUNTS, tax=AMOUNTS)
def test_an_expense_and_its_reversal_come_to_nothing_and_there_is_one_at_most(amount: Decimal, tax: Decimal) -> None:
    expense = ApprovedExpense(
        *(new_id(), new_id(), new_id(), new_id(), TODAY, Category.MEALS, "Dinner", "2.pdf", "EUR"),
        *(amount, tax, True, True, new_id()),
    )

    reversal = expense.reversed("Paid twice")

    assert expense.amount + reversal.amount == expense.tax + reversal.tax == 0
    assert expense.reversed("Again").id == reversal.id
    assert (reversal.day, reversal.billing_line_id) == (expense.day, expense.billing_line_id)
    with pytest.raises(AlreadyReversed):
        reversal.reversed("Back again")
