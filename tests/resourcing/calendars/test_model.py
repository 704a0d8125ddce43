"""Capacity: calendar - holidays - approved leave; and who decides on time off."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.resourcing.calendars.model import (
    BadPeriod,
    BadWeek,
    OwnTimeOff,
    TimeOff,
    TimeOffDecided,
    TimeOffKind,
    TimeOffStatus,
    WorkCalendar,
    WorkingTime,
    a_period,
)
from shared.ids import new_id
from shared.period import Period
from tests.support.resourcing import FRIDAY, HIRED, MONDAY, MORNING, NEXT_MONDAY, a_working_time

WEEK = Period(MONDAY, NEXT_MONDAY)
DAYS = st.dates(date(2026, 2, 20), date(2026, 3, 20))
WEEKS = st.lists(st.integers(0, 1440), min_size=7, max_size=7)
HOLIDAYS = st.dictionaries(DAYS, st.just("Holiday"), max_size=6)
PERIODS = st.builds(lambda day, length: Period(day, day + timedelta(days=length)), DAYS, st.integers(1, 20))
LEAVE = st.lists(PERIODS, max_size=4)


def capacity(time: WorkingTime, period: Period = WEEK) -> int:
    return sum(day.capacity_minutes for day in time.days(period))


def some_time_off() -> TimeOff:
    return TimeOff(new_id(), new_id(), MONDAY, FRIDAY, TimeOffKind.VACATION, "anna", MORNING)


def test_capacity_is_calendar_less_holidays_less_leave() -> None:
    time = a_working_time(holidays={MONDAY: "Holiday"}, leave=[Period(FRIDAY, NEXT_MONDAY)])

    assert capacity(time) == 3 * 480


def test_a_holiday_during_leave_costs_no_leave() -> None:
    [day] = a_working_time(holidays={MONDAY: "Holiday"}, leave=[WEEK]).days(Period(MONDAY, MONDAY + timedelta(1)))

    assert (day.holiday_minutes, day.leave_minutes, day.capacity_minutes) == (480, 0, 0)


def test_nobody_has_capacity_before_their_first_calendar_or_outside_employment() -> None:
    early = Period(date(2024, 12, 23), date(2024, 12, 30))
    employment = Period(date(2024, 1, 1), MONDAY + timedelta(days=2))

    assert capacity(a_working_time(employment=employment), early) == 0
    assert capacity(a_working_time(employment=employment)) == 2 * 480


def test_the_calendar_that_started_last_holds() -> None:
    full = WorkCalendar(new_id(), new_id(), HIRED, [480] * 5 + [0, 0], "DE")
    part = WorkCalendar(new_id(), new_id(), MONDAY + timedelta(days=2), [240] * 5 + [0, 0], "DE")

    assert capacity(WorkingTime(Period(HIRED), [full, part])) == 2 * 480 + 3 * 240


@given(WEEKS, HOLIDAYS, LEAVE, DAYS)
def test_capacity_is_never_negative_and_never_more_than_the_calendar(
    week: list[int], holidays: dict[date, str], leave: list[Period], day: date
) -> None:
    [found] = a_working_time(week, holidays=holidays, leave=leave).days(Period(day, day + timedelta(days=1)))

    assert 0 <= found.capacity_minutes <= found.expected_minutes <= found.calendar_minutes <= 1440
    taken = found.holiday_minutes + found.leave_minutes
    assert found.capacity_minutes == found.calendar_minutes - taken


@given(WEEKS, HOLIDAYS, LEAVE, DAYS, PERIODS)
def test_more_holidays_and_more_leave_never_give_more_capacity(
    week: list[int], holidays: dict[date, str], leave: list[Period], holiday: date, away: Period
) -> None:
    period = Period(date(2026, 2, 16), date(2026, 4, 13))
    before = capacity(a_working_time(week, holidays=holidays, leave=leave), period)

    more_holidays = a_working_time(week, holidays={**holidays, holiday: "Another"}, leave=leave)
    more_leave = a_working_time(week, holidays=holidays, leave=[*leave, away])

    assert capacity(more_holidays, period) <= before
    assert capacity(more_leave, period) <= before


@given(
    employment=PERIODS,
    calendars=st.dictionaries(DAYS, st.tuples(WEEKS, st.sampled_from(["DE", "AT"])), max_size=3),
    holidays=HOLIDAYS,
    leave=LEAVE,
    period=PERIODS,
)
def test_totals_are_the_sums_of_the_days(
    *,
    employment: Period,
    calendars: dict[date, tuple[list[int], str]],
    holidays: dict[date, str],
    leave: list[Period],
    period: Period,
) -> None:
    dated = [WorkCalendar(new_id(), new_id(), day, *calendars[day]) for day in sorted(calendars)]
    time = WorkingTime(employment, dated, {("DE", None): holidays}, leave)

    days, totals = time.days(period), time.totals(period)

    assert [day.day for day in days] == list(period.days())
    assert totals.calendar_minutes == sum(day.calendar_minutes for day in days)
    assert totals.holiday_minutes == sum(day.holiday_minutes for day in days)
    assert totals.leave_minutes == sum(day.leave_minutes for day in days)
    assert totals.capacity_minutes == sum(day.capacity_minutes for day in days)


@pytest.mark.parametrize("week", [[480] * 6, [480] * 6 + [1441], [-1] + [0] * 6])
def test_a_week_has_seven_days_of_at_most_a_day(week: list[int]) -> None:
    with pytest.raises(BadWeek):
        WorkCalendar(new_id(), new_id(), MONDAY, week, "DE").check()


@pytest.mark.parametrize("days", [0, -1, 367])
def test_a_period_asked_for_is_a_day_to_a_leap_year_long(days: int) -> None:
    with pytest.raises(BadPeriod):
        a_period(MONDAY, MONDAY + timedelta(days=days))


def test_nobody_decides_on_their_own_time_off() -> None:
    wanted = some_time_off()

    with pytest.raises(OwnTimeOff):
        wanted.approve(by="anna", deciding_person=wanted.person_id, at=MORNING)
    with pytest.raises(OwnTimeOff):
        wanted.decline(by="anna", deciding_person=wanted.person_id, at=MORNING, reason="no")

    assert wanted.status is TimeOffStatus.REQUESTED


def test_time_off_is_decided_once() -> None:
    wanted = some_time_off()
    wanted.approve(by="ruth", deciding_person=None, at=MORNING)

    with pytest.raises(TimeOffDecided):
        wanted.decline(by="ruth", deciding_person=None, at=MORNING, reason="no")

    assert wanted.status is TimeOffStatus.APPROVED
