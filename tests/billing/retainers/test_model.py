"""The minutes of a retainer: used oldest first, good for some months, then expired; none is ever lost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.billing.contracts.model import Method
from services.billing.retainers.model import (
    RetainerLine,
    balances,
    by_month,
    months_of,
    overage_value,
    retainer_lines,
)
from shared.period import Period
from tests.support.billing import a_contract, a_contract_line

YEAR = Period(date(2026, 1, 1), date(2027, 1, 1))


def a_retainer(
    minutes: int | None = 600, *, rollover: int = 1, rate: str | None = "150", days: Period = YEAR
) -> RetainerLine:
    return RetainerLine(
        id=UUID(int=1),
        description="Support",
        days=days,
        fees=[Decimal(1000)] * len(list(months_of(days))),
        minutes=minutes,
        rollover_months=rollover,
        overage_rate=None if rate is None else Decimal(rate),
        currency="EUR",
    )


def test_months_are_counted_from_the_first_day() -> None:
    odd = list(months_of(Period(date(2026, 1, 31), date(2026, 4, 15))))

    assert [month.starts_on.isoformat() for month in odd] == ["2026-01-31", "2026-02-28", "2026-03-31"]
    assert odd[-1].ends_before == date(2026, 4, 15)


def test_unused_minutes_stay_good_for_a_month_and_then_expire() -> None:
    months = list(months_of(Period(date(2026, 1, 1), date(2026, 5, 1))))

    january, february, march, april = balances(months, [200, 900, 0, 0], a_retainer(600, rollover=1))

    assert (january.carried_out, january.expired) == (400, 0)
    assert (february.carried_in, february.used, february.overage, february.carried_out) == (400, 900, 0, 100)
    assert (march.carried_in, march.expired, march.carried_out) == (100, 100, 600)
    assert (april.carried_in, april.expired, april.carried_out) == (600, 600, 600)


def test_time_beyond_what_is_there_is_overage_at_its_rate() -> None:
    line = a_retainer(600, rollover=0, rate="100.10")

    month, *_ = balances(list(months_of(YEAR)), [643, *[0] * 11], line)

    assert (month.used, month.overage, month.expired) == (600, 43, 0)
    assert overage_value(month, line) == Decimal("71.74")
    assert overage_value(month, a_retainer(600, rate=None)) == 0


def test_a_retainer_without_a_limit_covers_everything() -> None:
    month, *_ = balances(list(months_of(YEAR)), [5000, *[0] * 11], a_retainer(None))

    assert (month.used, month.overage) == (5000, 0)


def test_without_a_monthly_fee_the_amount_is_spread_to_the_cent() -> None:
    contract = a_contract(a_contract_line(Method.RETAINER, "100.00"), ends_before=date(2026, 6, 2))

    [line] = retainer_lines(contract, [])

    assert list(line.fees) == [Decimal("33.33"), Decimal("33.34"), Decimal("33.33")]


@settings(deadline=None)
@given(
    worked=st.lists(st.integers(0, 2000), min_size=12, max_size=12),
    granted=st.integers(0, 1500),
    rollover=st.integers(0, 14),
)
def test_minutes_are_conserved(worked: list[int], granted: int, rollover: int) -> None:
    months = balances(list(months_of(YEAR)), worked, a_retainer(granted, rollover=rollover))

    for before, month in zip([None, *months], months, strict=False):
        assert month.carried_in == (before.carried_out if before else 0)
        assert month.granted + month.carried_in == month.used + month.expired + month.carried_out
        assert month.worked == month.used + month.overage
        assert min(month.used, month.overage, month.expired, month.carried_out) >= 0
    assert granted * 12 == sum(m.used + m.expired for m in months) + months[-1].carried_out
    assert all(month.carried_out <= granted * rollover for month in months)


@settings(deadline=None)
@given(days=st.dictionaries(st.dates(date(2025, 11, 1), date(2027, 3, 1)), st.integers(0, 600)))
def test_every_minute_worked_counts_in_one_month(days: dict[date, int]) -> None:
    assert sum(by_month(list(months_of(YEAR)), days)) == sum(days.values())
