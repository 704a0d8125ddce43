"""Demand, weighted and spread over months."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.resourcing.requests.model import Deal, Demand, DemandTable, ExpectedWork, MonthOfDemand
from shared.period import Period
from tests.support.resourcing import MONDAY

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


def test_demand_is_spread_evenly_over_weekdays() -> None:
    demand = Demand("Consultant", 4_400, MARCH, date(2026, 5, 1))  # 22 weekdays in March, 22 in April

    assert demand.by_month() == {MARCH: 2_200, APRIL: 2_200}


def test_demand_of_a_deal_weighs_as_much_as_it_is_probable() -> None:
    [demand] = Deal([ExpectedWork("Consultant", 4_800)], Decimal("0.25"), MARCH, APRIL).demand(today=MONDAY)

    assert demand.by_month() == {MARCH: 1_200}


def test_a_deal_without_dates_begins_when_it_closes_and_else_today() -> None:
    work = [ExpectedWork("Consultant", 480)]

    [closing] = Deal(work, Decimal(1), None, None, closes_on=APRIL).demand(today=MONDAY)
    [undated] = Deal(work, Decimal(1), None, None).demand(today=MONDAY)

    assert (closing.starts_on, undated.starts_on) == (APRIL, MONDAY)


@given(st.integers(0, 10**6), DAYS, st.integers(1, 400), st.decimals(0, 1, places=2))
def test_spreading_loses_no_minute(minutes: int, starts_on: date, days: int, probability: Decimal) -> None:
    demand = Demand("Consultant", minutes, starts_on, starts_on + timedelta(days=days), probability)

    spread = demand.by_month()

    assert sum(spread.values()) == demand.weighted_minutes
    assert all(part >= 0 for part in spread.values())


def test_the_gap_is_demand_less_supply() -> None:
    table = DemandTable(Period(MARCH, APRIL))
    table.add_pipeline([Demand("Consultant", 1_000, MONDAY, MONDAY + timedelta(days=5), Decimal("0.5"))])
    table.add_requested([Demand("Consultant", 2_000, MONDAY, MONDAY + timedelta(days=5))])
    table.add_supply(MARCH, "Consultant", 480)

    assert table.rows() == [MonthOfDemand(MARCH, "Consultant", 500, 2_000, 480)]
    assert table.rows()[0].gap_minutes == 2_020


def test_months_outside_the_period_are_left_out() -> None:
    table = DemandTable(Period(MARCH, APRIL))

    table.add_requested([Demand("Consultant", 4_400, MARCH, date(2026, 5, 1))])

    assert [(row.month, row.requested_minutes) for row in table.rows()] == [(MARCH, 2_200)]
