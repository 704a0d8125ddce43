"""People, their skills and their dated cost."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.resourcing.people.model import (
    BadSkillLevel,
    CostNotPositive,
    CostRate,
    CostRateEndsTooEarly,
    CostRatesOverlap,
    EmploymentEndsTooEarly,
    NameMissing,
    OtherCostCurrency,
    OwnManager,
    Person,
    PersonDetails,
    fit_in,
)
from shared.errors import Refused
from shared.ids import new_id
from tests.support.resourcing import HIRED, MONDAY

ANNA = new_id()
MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)


def a_rate(starts_on: date, ends_before: date | None = None, cost: str = "80.00", currency: str = "EUR") -> CostRate:
    return CostRate(new_id(), ANNA, starts_on, ends_before, Decimal(cost), currency)


def a_plain_person() -> Person:
    return Person(new_id(), "Anna Berg", HIRED)


def test_a_later_rate_closes_the_one_that_was_open() -> None:
    former = a_rate(MAY)

    fit_in(a_rate(JUNE, cost="90.00"), [former])

    assert former.ends_before == JUNE


def test_days_without_a_rate_may_lie_between_two_rates() -> None:
    former = a_rate(MAY, JUNE)

    fit_in(a_rate(JULY), [former])

    assert former.ends_before == JUNE


@pytest.mark.parametrize("starts_on", [MAY, date(2026, 4, 1)], ids=["same day", "earlier"])
def test_a_rate_does_not_cover_days_of_another(starts_on: date) -> None:
    with pytest.raises(CostRatesOverlap):
        fit_in(a_rate(starts_on), [a_rate(MAY)])


def test_a_closed_rate_is_not_cut_short_by_a_later_one() -> None:
    former = a_rate(MAY, JULY)

    with pytest.raises(CostRatesOverlap):
        fit_in(a_rate(JUNE), [former])

    assert former.ends_before == JULY


def test_the_cost_of_one_person_stays_in_one_currency() -> None:
    with pytest.raises(OtherCostCurrency):
        fit_in(a_rate(JUNE, currency="USD"), [a_rate(MAY)])


@pytest.mark.parametrize(
    ("rate", "refusal"),
    [(a_rate(MAY, cost="0"), CostNotPositive), (a_rate(JUNE, MAY), CostRateEndsTooEarly)],
    ids=["free of cost", "ends before it starts"],
)
def test_a_rate_that_makes_no_sense_is_refused(rate: CostRate, refusal: type[Refused]) -> None:
    with pytest.raises(refusal):
        fit_in(rate, [])


DAYS = st.dates(date(2026, 1, 1), date(2026, 3, 31))


@given(st.lists(st.tuples(DAYS, st.none() | DAYS), max_size=12))
def test_no_day_ever_has_two_rates(periods: list[tuple[date, date | None]]) -> None:
    kept: list[CostRate] = []
    for starts_on, ends_before in periods:
        rate = a_rate(starts_on, ends_before)
        try:
            fit_in(rate, kept)
        except (CostRatesOverlap, CostRateEndsTooEarly):
            continue
        kept.append(rate)

    clashes = [(one, other) for one in kept for other in kept if one is not other and one.period.overlaps(other.period)]
    assert not clashes


def test_a_skill_that_is_assessed_again_is_kept_once() -> None:
    anna = a_plain_person()

    anna.assess("python", level=1, on=HIRED)
    anna.assess("python", level=3, on=MONDAY)

    assert [(one.skill, one.level, one.assessed_on) for one in anna.skills] == [("python", 3, MONDAY)]


@pytest.mark.parametrize("level", [0, 4])
def test_a_skill_has_three_levels(level: int) -> None:
    with pytest.raises(BadSkillLevel):
        a_plain_person().assess("python", level=level, on=MONDAY)


def test_a_person_has_a_name() -> None:
    with pytest.raises(NameMissing):
        PersonDetails("  ", HIRED)


def test_employment_ends_after_it_begins() -> None:
    with pytest.raises(EmploymentEndsTooEarly):
        PersonDetails("Anna Berg", HIRED, HIRED)


def test_nobody_is_their_own_manager() -> None:
    anna = a_plain_person()

    with pytest.raises(OwnManager):
        anna.describe(PersonDetails("Anna Berg", HIRED, manager_id=anna.id))
