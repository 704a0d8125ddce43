"""Billable utilization: (billable + credited) / (calendar - excluded)."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.resourcing.calendars.model import WorkTotals
from services.resourcing.utilization.model import Utilization, Worked


def test_the_formula() -> None:
    totals = WorkTotals(calendar_minutes=2_400, holiday_minutes=480, leave_minutes=480)
    worked = Worked(billable_minutes=900, credited_minutes=60, excluded_minutes=240, other_minutes=120)

    figure = Utilization(totals, worked)

    assert (figure.time.calendar_minutes, figure.excluded_minutes) == (2_400, 480 + 480 + 240)
    assert figure.utilization == Decimal("0.8000")


def test_leave_does_not_lower_the_figure() -> None:
    working = Utilization(WorkTotals(2_400, 0, 480), Worked(billable_minutes=4 * 480))

    assert working.utilization == 1


def test_nothing_available_is_no_figure() -> None:
    away = WorkTotals(2_400, 0, 2_400)

    assert Utilization(away, Worked(billable_minutes=60)).utilization is None


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_time_that_is_neither_billable_credited_nor_excluded_never_counts(
    calendar: int, billable: int, credited: int, other: int
) -> None:
    without = Utilization(WorkTotals(calendar), Worked(billable, credited, 0, 0))
    beside = Utilization(WorkTotals(calendar), Worked(billable, credited, 0, other))

    assert without.utilization == beside.utilization
