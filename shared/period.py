"""Half-open spans of days: `[starts_on, ends_before)`."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Period:
    """Every day from `starts_on` up to, but not including, `ends_before`; `None` means without end."""

    starts_on: date
    ends_before: date | None = None

    def __post_init__(self) -> None:
        if self.ends_before is not None and self.ends_before <= self.starts_on:
            raise ValueError(f"a period ends after it starts, got {self}")

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.starts_on <= day and (self.ends_before is None or day < self.ends_before)

    def __str__(self) -> str:
        """As people say it, with the last day that is in it."""
        if self.ends_before is None:
            return f"from {self.starts_on} on"
        return f"from {self.starts_on} to {self.ends_before - timedelta(days=1)}"

    def overlaps(self, other: Period) -> bool:
        """Whether the two share a day."""
        return (other.ends_before is None or self.starts_on < other.ends_before) and (
            self.ends_before is None or other.starts_on < self.ends_before
        )

    def days(self) -> Iterator[date]:
        """Every day of a period with an end, in order; raises ValueError without one."""
        if self.ends_before is None:
            raise ValueError("a period without end has no last day")
        day = self.starts_on
        while day < self.ends_before:
            yield day
            day += timedelta(days=1)


def week_of(day: date) -> Period:
    """The week, Monday to Sunday, that `day` lies in."""
    monday = day - timedelta(days=day.weekday())
    return Period(monday, monday + timedelta(days=7))


def month_of(day: date) -> Period:
    """The calendar month that `day` lies in."""
    first = day.replace(day=1)
    return Period(first, (first + timedelta(days=31)).replace(day=1))


def months_later(day: date, months: int) -> date:
    """The same day some months later, or the last one of that month where it is shorter."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
