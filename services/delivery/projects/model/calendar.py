"""The working calendar of a plan: Monday to Friday."""

from __future__ import annotations

from datetime import date, timedelta

from shared.period import Period

DAYS_A_WEEK = 5
DAY = timedelta(days=1)


def is_working_day(day: date) -> bool:
    """Whether `day` is a Monday to Friday."""
    return day.weekday() < DAYS_A_WEEK


def first_working_day(day: date) -> date:
    """`day` itself if it is a working day, else the next one."""
    while not is_working_day(day):
        day += DAY
    return day


def later(day: date, *, working_days: int) -> date:
    """The working day that lies `working_days` (0 or more) behind the first working day from `day` on."""
    day = first_working_day(day)
    weeks, rest = divmod(working_days, DAYS_A_WEEK)
    day += timedelta(weeks=weeks)
    for _ in range(rest):
        day = first_working_day(day + DAY)
    return day


def lasting(working_days: int, *, starting: date) -> Period:
    """The period of so many working days (1 or more) from the first working day from `starting` on."""
    first = first_working_day(starting)
    return Period(first, later(first, working_days=working_days - 1) + DAY)


def working_days_in(period: Period) -> int:
    """How many working days `period`, which must have an end, holds."""
    return sum(is_working_day(day) for day in period.days())
