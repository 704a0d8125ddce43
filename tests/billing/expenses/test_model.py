"""What an expense is passed on at."""

from __future__ import annotations

from decimal import Decimal

import pytest

from services.billing.contracts.model import Method
from services.billing.expenses.model import passed_on
from shared.money import money
from tests.support.billing import a_contract_line


@pytest.mark.parametrize(
    ("markup", "paid", "billed"), [(None, "100.00", "100.00"), ("12.5", "100.00", "112.50"), ("5", "0.10", "0.11")]
)
def test_an_expense_costs_what_was_paid_and_the_markup_rounded_half_up(
    markup: str | None, paid: str, billed: str
) -> None:
    line = a_contract_line(Method.EXPENSE, markup_percent=None if markup is None else Decimal(markup))

    assert passed_on(line, money(f"{paid} EUR"), currency="EUR") == money(f"{billed} EUR")


def test_what_fits_no_expense_line_or_is_in_another_currency_stays_unrated() -> None:
    hours, expenses = a_contract_line(Method.TIME_AND_MATERIALS), a_contract_line(Method.EXPENSE)

    assert passed_on(None, money("5.00 EUR"), currency="EUR") is None
    assert passed_on(hours, money("5.00 EUR"), currency="EUR") is None
    assert passed_on(expenses, money("5.00 USD"), currency="EUR") is None
