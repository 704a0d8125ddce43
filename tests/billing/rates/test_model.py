"""Which rate counts, and what time is worth by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.rates.model import (
    Rate,
    RateEndsTooEarly,
    RateHasNoScope,
    RateLeavesGap,
    RateOverlaps,
    Reach,
    Scope,
    Worked,
    check_gap,
    check_overlap,
    choose,
    digits_of,
    ended,
    in_increments,
    value_of,
)
from shared.ids import new_id
from shared.money import Money, money
from shared.period import Period
from tests.support.billing import MONDAY, ROLE

LINE, CONTRACT, ACCOUNT, ANNA = (UUID(int=number) for number in range(1, 5))
WORKED = Worked(MONDAY, 480, ROLE, ANNA, LINE, CONTRACT, ACCOUNT, "EUR", practice="Data", grade="Senior")
REACHES = {
    Scope.CONTRACT_PERSON: Reach(Scope.CONTRACT_PERSON, contract_id=CONTRACT, person_id=ANNA),
    Scope.CONTRACT_LINE: Reach(Scope.CONTRACT_LINE, contract_line_id=LINE, staffing_role=ROLE),
    Scope.ACCOUNT_PERSON: Reach(Scope.ACCOUNT_PERSON, account_id=ACCOUNT, person_id=ANNA),
    Scope.ACCOUNT: Reach(Scope.ACCOUNT, account_id=ACCOUNT, staffing_role=ROLE),
    Scope.PERSON: Reach(Scope.PERSON, person_id=ANNA),
    Scope.GRADE: Reach(Scope.GRADE, grade="Senior", staffing_role=ROLE),
    Scope.PRACTICE: Reach(Scope.PRACTICE, practice="Data", staffing_role=ROLE),
    Scope.FIRM: Reach(Scope.FIRM, staffing_role=ROLE),
}


def a_rate(scope: Scope, price: str = "100 EUR", *, starts_on: date = MONDAY, ends_before: date | None = None) -> Rate:
    """Agree a rate for the work of WORKED."""
    return Rate(new_id(), REACHES[scope], money(price), Period(starts_on, ends_before))


@pytest.mark.parametrize("position", range(len(Scope)))
def test_the_most_specific_rate_counts(position: int) -> None:
    rates = [a_rate(scope) for scope in tuple(Scope)[position:]]

    assert choose(reversed(rates), WORKED) is rates[0]


def test_a_rate_counts_from_its_first_day_up_to_the_day_it_ends_before() -> None:
    rate = a_rate(Scope.FIRM, ends_before=date(2026, 3, 9))

    assert choose([rate], WORKED) is rate
    assert choose([rate], replace(WORKED, day=date(2026, 3, 8))) is rate
    assert choose([rate], replace(WORKED, day=date(2026, 3, 9))) is None
    assert choose([rate], replace(WORKED, day=date(2026, 3, 1))) is None


def test_a_rate_in_another_currency_does_not_count() -> None:
    assert choose([a_rate(Scope.FIRM, "100 USD")], WORKED) is None


def test_a_rate_for_another_role_does_not_count() -> None:
    assert choose([a_rate(Scope.CONTRACT_LINE)], replace(WORKED, staffing_role="Architect")) is None


def test_half_a_cent_is_rounded_up_and_time_taken_back_cancels_out() -> None:
    assert value_of(money("100.10 EUR"), 3) == money("5.01 EUR")
    assert value_of(money("100.10 EUR"), -3) == money("-5.01 EUR")


@given(st.decimals("0", "9999", places=2), st.integers(-1440, 1440))
def test_taking_time_back_is_worth_exactly_what_it_was(rate: Decimal, minutes: int) -> None:
    hourly = Money(rate, "EUR")

    assert value_of(hourly, minutes) + value_of(hourly, -minutes) == Money(Decimal(), "EUR")


def test_two_rates_for_the_same_days_and_scope_are_refused() -> None:
    with pytest.raises(RateOverlaps):
        check_overlap(a_rate(Scope.FIRM, starts_on=date(2026, 4, 1)), [a_rate(Scope.FIRM)])


def test_a_rate_may_follow_one_that_ended() -> None:
    check_overlap(a_rate(Scope.FIRM, starts_on=date(2026, 4, 1)), [a_rate(Scope.FIRM, ends_before=date(2026, 4, 1))])


def test_a_scope_names_what_it_needs_and_nothing_else() -> None:
    with pytest.raises(RateHasNoScope):
        Reach(Scope.ACCOUNT, staffing_role=ROLE)
    with pytest.raises(RateHasNoScope):
        Reach(Scope.FIRM, staffing_role=ROLE, account_id=ACCOUNT)


def test_days_without_a_rate_between_two_are_refused() -> None:
    first = a_rate(Scope.FIRM, ends_before=date(2026, 4, 1))

    check_gap(a_rate(Scope.FIRM, starts_on=date(2026, 4, 1)), [first])
    with pytest.raises(RateLeavesGap):
        check_gap(a_rate(Scope.FIRM, starts_on=date(2026, 4, 2)), [first])
    with pytest.raises(RateLeavesGap):
        check_gap(a_rate(Scope.FIRM, starts_on=date(2026, 2, 1), ends_before=date(2026, 3, 1)), [first])


def test_a_gap_is_one_between_neighbours_of_the_same_reach() -> None:
    winter = a_rate(Scope.FIRM, starts_on=date(2026, 1, 1), ends_before=date(2026, 2, 1))
    spring = a_rate(Scope.FIRM, starts_on=date(2026, 4, 1), ends_before=date(2026, 5, 1))
    summer = a_rate(Scope.FIRM, starts_on=date(2026, 7, 1))
    between = a_rate(Scope.FIRM, starts_on=date(2026, 2, 1), ends_before=date(2026, 4, 1))
    known = [summer, winter, spring]

    check_gap(between, [*known, replace(between, period=Period(date(2026, 2, 10), date(2026, 3, 1)))])
    check_gap(a_rate(Scope.FIRM, starts_on=date(2026, 9, 1)), [replace(spring, reach=REACHES[Scope.ACCOUNT])])
    check_gap(a_rate(Scope.FIRM, starts_on=date(2026, 5, 1)), known)
    check_gap(a_rate(Scope.FIRM, starts_on=date(2026, 5, 1), ends_before=date(2026, 7, 1)), known)
    for starts_on, ends_before in ((date(2026, 2, 2), date(2026, 4, 1)), (date(2026, 2, 1), date(2026, 3, 31))):
        with pytest.raises(RateLeavesGap):
            check_gap(a_rate(Scope.FIRM, starts_on=starts_on, ends_before=ends_before), known)


def test_rates_of_two_reaches_may_share_their_days() -> None:
    check_overlap(a_rate(Scope.FIRM), [a_rate(Scope.ACCOUNT)])


@pytest.mark.parametrize(("currency", "digits"), [("EUR", 2), ("JPY", 0), ("KWD", 3)])
def test_an_amount_has_as_many_places_as_its_currency(currency: str, digits: int) -> None:
    assert digits_of(currency) == digits


@pytest.mark.parametrize(
    ("scope", "key"),
    [
        (Scope.FIRM, f"firm/{ROLE}"),
        (Scope.CONTRACT_PERSON, f"contract_person/{CONTRACT}/{ANNA}"),
        (Scope.ACCOUNT_PERSON, f"account_person/{ANNA}/{ACCOUNT}"),
        (Scope.GRADE, f"grade/6:Senior/{ROLE}"),
    ],
)
def test_a_reach_is_looked_up_by_what_it_names(scope: Scope, key: str) -> None:
    assert REACHES[scope].key == key


def test_texts_of_two_kinds_never_make_the_same_reach() -> None:
    one = Reach(Scope.GRADE, grade="Senior/IT", staffing_role="Lead")
    other = Reach(Scope.GRADE, grade="Senior", staffing_role="IT/Lead")

    assert one.key != other.key


@pytest.mark.parametrize(
    ("minutes", "increment", "billed"),
    [(1, 15, 15), (15, 15, 15), (16, 15, 30), (-16, 15, -30), (0, 15, 0), (7, None, 7), (7, 0, 7)],
)
def test_an_increment_that_is_begun_is_billed(minutes: int, increment: int | None, billed: int) -> None:
    assert in_increments(minutes, increment) == billed


@given(st.integers(-1440, 1440), st.sampled_from([None, 6, 15, 60]))
def test_time_is_rounded_up_to_whole_increments_and_taken_back_alike(minutes: int, increment: int | None) -> None:
    billed = in_increments(minutes, increment)

    assert in_increments(-minutes, increment) == -billed
    assert 0 <= abs(billed) - abs(minutes) < (increment or 1)
    assert billed % (increment or 1) == 0


def test_an_end_is_behind_the_start_and_never_moved_back() -> None:
    rate = a_rate(Scope.FIRM, ends_before=date(2026, 4, 1))

    assert ended(rate, date(2026, 3, 15)) == Period(MONDAY, date(2026, 3, 15))
    with pytest.raises(RateEndsTooEarly):
        ended(rate, MONDAY)
    with pytest.raises(RateEndsTooEarly):
        ended(rate, date(2026, 5, 1))
    assert ended(rate, date(2026, 4, 1)) == rate.period
    assert ended(a_rate(Scope.FIRM), date(2026, 3, 15)) == Period(MONDAY, date(2026, 3, 15))
