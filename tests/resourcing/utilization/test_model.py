"""Billable utilization: (billable + credited) / (calendar - excluded)."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.resourcing.utilization.model import Utilization, Worked, utilization_of
from tests.support.resourcing import FRIDAY, MONDAY, a_day, a_week


def test_the_formula() -> None:
    days = [a_day(MONDAY, holiday="Holiday"), *a_week(leave=[FRIDAY])[1:]]
    worked = Worked(billable_minutes=900, credited_minutes=60, excluded_minutes=240, other_minutes=120)

    figure = utilization_of(days, worked)

    assert (figure.calendar_minutes, figure.excluded_minutes) == (2_400, 480 + 480 + 240)
    assert figure.utilization == Decimal("0.8000")


def test_half_a_day_of_work_and_half_a_day_of_leave_are_no_worse_than_a_day_of_both() -> None:
    working = utilization_of(a_week(leave=[FRIDAY]), Worked(billable_minutes=4 * 480))

    assert working.utilization == 1


def test_nothing_available_is_no_figure() -> None:
    away = a_week(leave=[MONDAY + timedelta(days=number) for number in range(7)])

    assert utilization_of(away, Worked(billable_minutes=60)).utilization is None


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_time_that_is_neither_billable_credited_nor_excluded_never_counts(
    calendar: int, billable: int, credited: int, other: int
) -> None:
    without = Utilization(calendar, 0, 0, Worked(billable, credited, 0, 0))
    beside = Utilization(calendar, 0, 0, Worked(billable, credited, 0, other))

    assert without.utilization == beside.utilization
