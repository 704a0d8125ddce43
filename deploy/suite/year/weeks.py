"""The weeks of the year that ends today: week 0 is the first one, week 52 the present one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

WEEKS = 52
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = range(5)


@dataclass(frozen=True)
class Year:
    """The 52 whole weeks before the week of `today`."""

    today: date

    def day(self, week: int, weekday: int = MONDAY) -> date:
        """A day of a week; `weekday` counts from Monday, 0."""
        this_monday = self.today - timedelta(days=self.today.weekday())
        return this_monday + timedelta(weeks=week - WEEKS, days=weekday)

    def at(self, week: int, weekday: int, hour: int) -> datetime:
        """An instant of a week, in UTC."""
        return datetime.combine(self.day(week, weekday), time(hour), UTC)

    def month_that_ended(self, week: int) -> date | None:
        """The first day of the month that ended since the Monday before this week's; none in most weeks."""
        before, now = self.day(max(week - 1, 0)), self.day(week)
        return before.replace(day=1) if before.month != now.month else None


def last_day_of_month(first: date) -> date:
    """The last day of the month that starts on `first`."""
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
