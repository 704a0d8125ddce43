"""What an hour costs on the day it is worked."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.delivery.margin.model import UNKNOWN, ApprovedWork, Cost, CostRate, cost_of
from shared.ids import new_id
from shared.money import money
from tests.support.news_for_delivery import MONDAY, PERSON


def approved(minutes: int = 60, *, day: date = MONDAY, currency: str = "EUR") -> ApprovedWork:
    """Describe an approved entry of Carla's."""
    return ApprovedWork(new_id(), new_id(), PERSON, day, minutes, True, currency)


RATES = [
    CostRate(date(2026, 1, 1), date(2026, 3, 2), money("70 EUR")),
    CostRate(date(2026, 3, 2), None, money("80.50 EUR")),
]


def test_work_costs_what_the_person_costs_on_that_day() -> None:
    assert cost_of(approved(day=date(2026, 3, 1)), RATES) == Cost(Decimal("70"), Decimal("70.00"))
    assert cost_of(approved(day=date(2026, 3, 2)), RATES) == Cost(Decimal("80.50"), Decimal("80.50"))


def test_work_without_a_rate_of_that_day_or_currency_waits_for_one() -> None:
    assert cost_of(approved(day=date(2025, 12, 31)), RATES) == UNKNOWN
    assert cost_of(approved(currency="CHF"), RATES) == UNKNOWN


def test_cost_is_rounded_half_up_entry_by_entry() -> None:
    assert cost_of(approved(1), RATES).amount == Decimal("1.34")
    assert cost_of(approved(3, day=date(2026, 1, 5)), RATES).amount == Decimal("3.50")


@given(st.integers(1, 1_440), st.decimals("0.01", "999.99", places=2))
def test_a_reversal_costs_exactly_what_it_takes_back(minutes: int, hourly: Decimal) -> None:
    rates = [CostRate(date(2026, 1, 1), None, money(f"{hourly} EUR"))]

    there, back = cost_of(approved(minutes), rates).amount, cost_of(approved(-minutes), rates).amount

    assert there is not None
    assert back == -there
