"""What is earned of a price by when, and that it is never more than the price."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.billing.progress.model import Measurement
from services.billing.recognition.model.losses import provision
from services.billing.recognition.model.methods import CostEstimate, Obligation, RecognitionMethod, method_of, passed
from shared.money import Money
from shared.period import Period

JANUARY, MAY = date(2026, 1, 1), date(2026, 5, 1)

prices = st.integers(0, 10**10).map(lambda cents: Decimal(cents).scaleb(-2))
costs = st.integers(1, 10**10).map(lambda cents: Decimal(cents).scaleb(-2))
days = st.integers(0, 800).map(lambda number: JANUARY + timedelta(days=number))


def a_measured_cost(spent: Decimal | str, whole: Decimal | str) -> Measurement:
    """Give what was spent and what will have been spent in the end."""
    done, all_of_it = Decimal(spent), Decimal(whole)
    return Measurement(
        UUID(int=1), UUID(int=77), None, "cost", JANUARY, done, all_of_it, done, all_of_it, "EUR", "petra"
    )


def an_estimate(spent: Decimal | str, whole: Decimal | str) -> CostEstimate:
    """Give the same as far as a loss follows from it."""
    return CostEstimate(UUID(int=1), None, Decimal(spent), Decimal(whole))


def by_cost(price: Decimal | str, spent: Decimal | str, whole: Decimal | str, **different: object) -> Obligation:
    """Give a line that is recognised by cost."""
    measurement = a_measured_cost(spent, whole)
    told = {"measurement": measurement, **different}
    return Obligation(RecognitionMethod.COST_TO_COST, Decimal(price), "EUR", Period(JANUARY, MAY), **told)  # type: ignore[arg-type]


def over_time(price: Decimal | str, days: Period) -> Obligation:
    """Give a line that is recognised as time passes."""
    return Obligation(RecognitionMethod.RATABLE, Decimal(price), "EUR", days)


def test_the_usual_method_follows_from_how_a_line_is_billed() -> None:
    assert method_of("time_and_materials", None) is RecognitionMethod.AS_DELIVERED
    assert method_of("fixed_fee_milestone", None) is RecognitionMethod.AS_DELIVERED
    assert method_of("fixed_fee_percent", None) is RecognitionMethod.COST_TO_COST
    assert method_of("retainer", None) is RecognitionMethod.RATABLE
    assert method_of("fixed_fee_milestone", "ratable") is RecognitionMethod.RATABLE


def test_the_fraction_is_not_rounded_unless_the_contract_says_so() -> None:
    assert by_cost("1350000", "420000", "820000").earned_before(MAY) == Decimal("691463.41")
    assert by_cost("1350000", "420000", "820000", percent_precision=1).earned_before(MAY) == Decimal("691200.00")


def test_materials_are_sold_at_their_cost_and_are_no_progress() -> None:
    obligation = by_cost("5000000", "2000000", "4000000", materials=Decimal(1_500_000))

    assert obligation.earned_before(MAY) == Decimal(2_200_000)


def test_why_so_much_is_earned_is_said_in_words() -> None:
    plain, with_materials = by_cost("1000", "300", "1200"), by_cost("1000", "700", "1600", materials=Decimal(400))

    assert plain.in_words(MAY) == "300.00 of 1200.00 on 2026-01-01, 25.0000 % of 1000.00 EUR"
    assert with_materials.in_words(MAY) == (
        "300.00 of 1200.00 on 2026-01-01, 25.0000 % of 600.00 EUR, and materials at their cost of 400.00"
    )
    assert by_cost("100", "700", "1600", materials=Decimal(400)).in_words(MAY).endswith("at their cost of 100.00")
    assert over_time("100", Period(JANUARY, MAY)).in_words(date(2026, 2, 1)).startswith("25.0000 % of 100.00 EUR")
    assert Obligation(RecognitionMethod.COST_TO_COST, Decimal(1), "EUR", Period(JANUARY, MAY)).in_words(MAY) == (
        "no progress measured"
    )


def test_materials_are_left_out_of_progress_by_cost_only() -> None:
    by_hours = replace(a_measured_cost("300", "1200"), cost_to_date=None, cost_at_completion=None)

    assert by_cost("1000", "300", "1200", measurement=by_hours, materials=Decimal(100)).fraction == Decimal("0.25")
    half_known = replace(a_measured_cost("300", "1200"), cost_at_completion=None)
    assert by_cost("1000", "300", "1200", measurement=half_known, materials=Decimal(100)).fraction == Decimal("0.25")


def test_a_line_of_no_days_earns_nothing_by_time() -> None:
    assert passed(Period(JANUARY, JANUARY + timedelta(days=1)), JANUARY) == 0


def test_a_provision_is_rounded_half_up_and_counts_each_line_or_the_project_alone() -> None:
    own, other = (
        replace(an_estimate("0", "100"), measurement_id=UUID(int=n), contract_line_id=UUID(int=n)) for n in (2, 3)
    )
    whole = an_estimate("650", "1300")

    assert provision(Decimal("999.995"), [an_estimate("0", "1000")], "EUR") == Decimal("0.01")
    assert provision(Decimal(150), [own, other, own], "EUR") == Decimal(50)
    assert provision(Decimal(1000), [own, whole, other], "EUR") == Decimal(150)
    assert provision(Decimal(1000), [an_estimate("0", "1000")], "EUR") == 0


def test_without_a_measurement_nobody_knows_what_is_earned() -> None:
    unmeasured = Obligation(RecognitionMethod.COST_TO_COST, Decimal(100), "EUR", Period(JANUARY, MAY))

    assert unmeasured.earned_before(MAY) is None
    assert unmeasured.fraction == 0


def test_whole_months_count_the_same_and_a_part_of_one_by_its_days() -> None:
    quarter = over_time("9000", Period(JANUARY, date(2026, 4, 1)))
    from_the_middle = over_time("3000", Period(date(2026, 2, 15), date(2026, 4, 15)))

    assert [quarter.earned_before(date(2026, month, 1)) for month in (1, 2, 3, 4, 5)] == [0, 3000, 6000, 9000, 9000]
    assert from_the_middle.earned_before(date(2026, 3, 1)) == Decimal("762.71")


def test_a_loss_is_provided_for_at_once_and_released_as_it_comes() -> None:
    expected = [provision(Decimal(1000), [an_estimate(spent, "1200")], "EUR") for spent in ("0", "600", "1200")]

    assert expected == [Decimal(200), Decimal(100), 0]
    assert provision(Decimal(1200), [an_estimate("600", "1000")], "EUR") == 0


@given(prices, costs, costs, st.sampled_from([None, 0, 1, 4]), prices)
def test_no_more_is_earned_than_the_price(
    price: Decimal, spent: Decimal, whole: Decimal, precision: int | None, materials: Decimal
) -> None:
    earned = by_cost(price, spent, whole, percent_precision=precision, materials=materials).earned_before(MAY)

    assert earned is not None
    assert 0 <= earned <= price
    assert Money(earned, "EUR").rounded().amount == earned


@given(prices, days, st.integers(1, 800), st.lists(days, max_size=5))
def test_time_earns_evenly_up_to_the_price(price: Decimal, first: date, length: int, looks: list[date]) -> None:
    obligation = over_time(price, Period(first, first + timedelta(days=length)))

    earned = [obligation.earned_before(day) or Decimal() for day in sorted(looks)]

    assert earned == sorted(earned)
    assert obligation.earned_before(first) == 0
    assert obligation.earned_before(first + timedelta(days=length)) == price
    assert passed(obligation.days, first + timedelta(days=length)) == 1


@given(prices, costs, st.integers(0, 100))
def test_what_was_lost_and_what_is_provided_for_are_the_whole_loss(price: Decimal, whole: Decimal, done: int) -> None:
    spent = whole * done / 100
    loss = max(whole - price, Decimal())

    provided = provision(price, [an_estimate(spent, whole)], "EUR")

    lost = loss * spent / whole
    assert abs(lost + provided - loss) <= Decimal("0.005")
