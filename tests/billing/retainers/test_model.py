"""The minutes of a retainer: used oldest first, good for some months, then expired; none is ever lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.billing.contracts.model import Amendment, Contract, LineChange, Method
from services.billing.retainers.model import (
    Change,
    RetainerLine,
    amended_days,
    balances,
    by_month,
    fees_in_all,
    months_of,
    overage_value,
    retainer_lines,
)
from shared.period import Period
from tests.support.billing import a_contract, a_contract_line

SUPPORT = UUID(int=5)
ENDS = st.dates(date(2026, 3, 10), date(2028, 3, 2))
YEAR = Period(date(2026, 1, 1), date(2027, 1, 1))


def a_retainer(
    minutes: int | None = 600, *, rollover: int = 1, rate: str | None = "150", days: Period = YEAR
) -> RetainerLine:
    return RetainerLine(
        id=UUID(int=1),
        description="Support",
        months=list(months_of(days)),
        fees=[Decimal(1000)] * len(list(months_of(days))),
        minutes=None if minutes is None else [minutes] * len(list(months_of(days))),
        rollover_months=rollover,
        overage_rate=None if rate is None else Decimal(rate),
        currency="EUR",
    )


def test_months_are_counted_from_the_first_day() -> None:
    odd = list(months_of(Period(date(2026, 1, 31), date(2026, 4, 15))))

    assert [month.starts_on.isoformat() for month in odd] == ["2026-01-31", "2026-02-28", "2026-03-31"]
    assert odd[-1].ends_before == date(2026, 4, 15)


def test_unused_minutes_stay_good_for_a_month_and_then_expire() -> None:
    four_months = Period(date(2026, 1, 1), date(2026, 5, 1))

    january, february, march, april = balances([200, 900, 0, 0], a_retainer(600, rollover=1, days=four_months))

    assert (january.carried_out, january.expired) == (400, 0)
    assert (february.carried_in, february.used, february.overage, february.carried_out) == (400, 900, 0, 100)
    assert (march.carried_in, march.expired, march.carried_out) == (100, 100, 600)
    assert (april.carried_in, april.expired, april.carried_out) == (600, 600, 600)


def test_time_beyond_what_is_there_is_overage_at_its_rate() -> None:
    line = a_retainer(600, rollover=0, rate="100.10")

    month, *_ = balances([643, *[0] * 11], line)

    assert (month.used, month.overage, month.expired) == (600, 43, 0)
    assert overage_value(month, line) == Decimal("71.74")
    assert overage_value(month, a_retainer(600, rate=None)) == 0


def test_no_month_has_fewer_minutes_than_none_so_that_nobody_pays_for_time_not_worked() -> None:
    taken_back = replace(a_retainer(600, rollover=0), minutes=[600, -400, *[600] * 10])

    january, february, *_ = balances([600, 0, *[0] * 10], taken_back)
    _, worked, *_ = balances([600, 90, *[0] * 10], taken_back)

    assert (january.overage, february.granted, february.used, february.overage) == (0, 0, 0, 0)
    assert worked.overage == 90


def test_what_was_taken_back_beyond_what_was_worked_is_no_time() -> None:
    january, february, *_ = balances([-60, 30, *[0] * 10], a_retainer(600, rollover=1))

    assert (january.worked, january.used, january.carried_out, february.carried_in) == (0, 0, 600, 600)


def test_time_counts_in_the_month_of_its_day_before_the_first_in_the_first_and_behind_the_last_in_that_one() -> None:
    months = list(months_of(Period(date(2026, 1, 31), date(2026, 4, 15))))
    days = {date(2026, 1, 1): 1, date(2026, 2, 27): 2, date(2026, 2, 28): 4, date(2026, 3, 31): 8, date(2026, 5, 1): 16}

    assert by_month(months, days) == [3, 4, 24]
    assert by_month([], days) == []


def test_a_retainer_is_told_with_all_that_was_agreed_on_it_and_with_nothing_of_other_lines() -> None:
    terms = {"monthly_fee": Decimal(1000), "monthly_minutes": 600, "rollover_months": 2, "overage_rate": Decimal(150)}
    support = a_contract_line(Method.RETAINER, "6000.01", line_id=SUPPORT, **terms)
    other = a_contract_line(Method.FIXED_FEE_PERCENT, "9000")
    contract = a_contract(support, other, ends_before=date(2026, 9, 2))
    more = an_amendment(date(2026, 6, 2), "300", minutes=60)
    of_other = replace(more, id=UUID(int=2), changes=[LineChange(other.id, Decimal(5000), minutes_delta=999)])

    [line] = retainer_lines(contract, [more, of_other])

    assert (line.rollover_months, line.overage_rate) == (2, Decimal(150))
    assert list(line.fees) == [1000] * 3 + [1100] * 3
    assert line.minutes == [600] * 3 + [620] * 3


def test_minutes_that_an_amendment_brings_limit_a_new_retainer_and_no_other() -> None:
    more = an_amendment(date(2026, 6, 2), "300", minutes=60)

    [unlimited] = retainer_lines(a_half_year(), [more])
    [limited] = retainer_lines(a_half_year(monthly_minutes=100), [more])
    [brought] = retainer_lines(a_half_year("0", added_by=UUID(int=601)), [an_amendment(date(2026, 6, 2), "300")])

    assert (unlimited.minutes, unlimited.rollover_months) == (None, 0)
    assert limited.minutes == [100] * 3 + [120] * 3
    assert brought.minutes is None


def test_a_retainer_that_ended_before_it_began_has_no_months_and_one_that_ended_a_day_later_has_one() -> None:
    over, hardly = (an_amendment(date(2026, 6, 1), ends=ends) for ends in (date(2026, 3, 2), date(2026, 3, 3)))

    assert fees(a_half_year(monthly_fee=Decimal(1000)), over) == []
    assert fees(a_half_year(monthly_fee=Decimal(1000)), hardly) == [1000]
    assert fees(a_half_year(), over) == []
    assert fees(a_half_year(), hardly) == [6000]
    assert amended_days(YEAR, [date(2025, 1, 1)]) == Period(date(2026, 1, 1), date(2026, 1, 2))


def test_what_all_months_come_to_is_what_their_fees_are_billed_at() -> None:
    days = Period(date(2026, 3, 2), date(2026, 9, 2))
    more = Change(date(2026, 6, 2), None, Decimal("100.00"))

    assert fees_in_all(Decimal(1000), days, [], "EUR") == 6000
    assert fees_in_all(Decimal(1000), days, [more], "EUR") == 6100
    assert fees_in_all(Decimal(1000), days, [more, Change(date(2026, 7, 1), date(2026, 11, 2))], "EUR") == Decimal(
        "8166.66"
    )


def test_months_without_end_are_not_counted() -> None:
    with pytest.raises(ValueError, match="no last month"):
        list(months_of(Period(date(2026, 1, 1))))


def test_a_retainer_without_a_limit_covers_everything() -> None:
    month, *_ = balances([5000, *[0] * 11], a_retainer(None))

    assert (month.used, month.overage) == (5000, 0)


def test_without_a_monthly_fee_the_amount_is_spread_to_the_cent() -> None:
    contract = a_contract(a_contract_line(Method.RETAINER, "100.00"), ends_before=date(2026, 6, 2))

    [line] = retainer_lines(contract, [])

    assert list(line.fees) == [Decimal("33.33"), Decimal("33.34"), Decimal("33.33")]


def a_half_year(amount: str = "6000", **agreed: Any) -> Contract:
    return a_contract(a_contract_line(Method.RETAINER, amount, line_id=SUPPORT, **agreed), ends_before=date(2026, 9, 2))


def an_amendment(on: date, amount: str = "0", *, minutes: int | None = None, ends: date | None = None) -> Amendment:
    change = LineChange(SUPPORT, Decimal(amount), minutes_delta=minutes)
    return Amendment(UUID(int=int(f"{on:%m%d}")), UUID(int=9), "1", on, on, "Clara Vogt", "More", [change], ends)


def fees(contract: Contract, *amendments: Amendment) -> list[Decimal]:
    [line] = retainer_lines(contract, amendments)
    return list(line.fees)


def test_an_amendment_is_spread_over_the_months_from_its_day_on() -> None:
    more, on_its_first_day = (an_amendment(date(2026, 6, day), "100.00") for day in (1, 2))

    assert fees(a_half_year(), on_its_first_day) == fees(a_half_year(), more)
    assert fees(a_half_year(), more) == [1000, 1000, 1000, Decimal("1033.33"), Decimal("1033.34"), Decimal("1033.33")]
    assert fees(a_half_year(monthly_fee=Decimal(1000)), more) == fees(a_half_year(), more)
    assert fees(a_half_year(), an_amendment(date(2026, 8, 20), "-400")) == [1000] * 5 + [600]


def test_a_longer_retainer_goes_on_as_agreed_for_each_month_or_spreads_what_is_left() -> None:
    longer = an_amendment(date(2026, 6, 1), ends=date(2026, 12, 2))
    dearer = an_amendment(date(2026, 6, 1), "600")
    later = an_amendment(date(2026, 7, 15), ends=date(2026, 11, 2))

    assert fees(a_half_year(monthly_fee=Decimal(1000)), longer) == [1000] * 9
    assert retainer_lines(a_half_year(monthly_minutes=600), [longer])[0].minutes == [600] * 9
    assert fees(a_half_year(), longer) == [1000] * 3 + [500] * 6
    assert fees(a_half_year(monthly_fee=Decimal(1000)), dearer, later) == [1000] * 3 + [1200] * 5


def test_a_retainer_that_an_amendment_brought_is_worth_what_it_says_from_its_day_on() -> None:
    contract = a_half_year("0", added_by=UUID(int=601))
    [line] = retainer_lines(contract, [an_amendment(date(2026, 6, 1), "900", minutes=100)])

    assert list(line.fees) == [0, 0, 0, 300, 300, 300]
    assert line.minutes == [0, 0, 0, 33, 33, 34]


def half_of_a_year(*amendments: Amendment) -> RetainerLine:
    line = a_contract_line(Method.RETAINER, "6000", line_id=SUPPORT, monthly_fee=Decimal(1000), months=6)
    [agreed] = retainer_lines(a_contract(line, ends_before=date(2027, 3, 2)), amendments)
    return agreed


def test_a_retainer_has_the_months_that_were_sold_and_no_others() -> None:
    line = half_of_a_year()

    assert list(line.fees) == [1000] * 6
    assert (line.months[0].starts_on, line.months[-1].ends_before) == (date(2026, 3, 2), date(2026, 9, 2))


def test_a_month_that_the_contract_cuts_short_costs_its_whole_fee() -> None:
    line = a_contract_line(Method.RETAINER, "2000", monthly_fee=Decimal(1000), monthly_minutes=600, months=2)

    [agreed] = retainer_lines(a_contract(line, ends_before=date(2026, 4, 5)), [])

    assert list(agreed.fees) == [1000, 1000]
    assert agreed.minutes == [600, 600]
    assert agreed.months[-1].ends_before == date(2026, 4, 5)


def test_a_retainer_of_some_months_ends_earlier_with_its_contract_but_not_later() -> None:
    longer, shorter = (an_amendment(date(2026, 6, 1), ends=ends) for ends in (date(2028, 3, 2), date(2026, 7, 2)))
    again = an_amendment(date(2026, 6, 20), ends=date(2027, 3, 2))

    assert list(half_of_a_year(longer).fees) == [1000] * 6
    assert list(half_of_a_year(shorter).fees) == [1000] * 4
    assert list(half_of_a_year(shorter, again).fees) == [1000] * 6


def test_a_retainer_of_all_months_follows_the_end_of_its_contract() -> None:
    contract = a_half_year(monthly_fee=Decimal(1000), months=6)

    assert fees(contract, an_amendment(date(2026, 6, 1), ends=date(2026, 12, 2))) == [1000] * 9


def test_an_amendment_is_spread_over_the_months_that_were_sold() -> None:
    assert list(half_of_a_year(an_amendment(date(2026, 7, 1), "200")).fees) == [1000] * 4 + [1100] * 2


@settings(deadline=None)
@given(
    amendments=st.lists(
        st.tuples(st.dates(date(2026, 2, 1), date(2027, 2, 1)), st.integers(-(10**6), 10**6), st.none() | ENDS),
        max_size=5,
    ),
    is_monthly=st.booleans(),
    months=st.sampled_from([None, 3, 6]),
)
def test_what_was_agreed_is_billed_to_the_cent(
    amendments: list[tuple[date, int, date | None]], *, is_monthly: bool, months: int | None
) -> None:
    made = [an_amendment(on, str(Decimal(cents) / 100 or "0.01"), ends=ends) for on, cents, ends in amendments]
    fee = Decimal(6000) / (months or 6)
    contract = a_half_year(monthly_fee=fee if is_monthly else None, months=months)

    [line] = retainer_lines(contract, made)

    assert sum(line.fees) == 6000 + sum(one.changes[0].amount_delta for one in made)
    assert len(line.fees) == len(line.months)


@settings(deadline=None)
@given(
    worked=st.lists(st.integers(0, 2000), min_size=12, max_size=12),
    granted=st.integers(0, 1500),
    rollover=st.integers(0, 14),
)
def test_minutes_are_conserved(worked: list[int], granted: int, rollover: int) -> None:
    months = balances(worked, a_retainer(granted, rollover=rollover))

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
