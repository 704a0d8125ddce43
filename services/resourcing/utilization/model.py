"""Billable utilization: (billable + credited) / (calendar - excluded), from approved time and dated calendars."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from uuid import UUID

from services.resourcing.calendars.model import WorkTotals
from shared.period import Period, month_of, week_of

FORMULA = "(billable + credited) / (calendar - excluded)"


class Step(StrEnum):
    """What a period is looked at by."""

    WEEK = "week"
    MONTH = "month"

    def of(self, day: date) -> Period:
        """The whole week or month that `day` lies in."""
        return week_of(day) if self is Step.WEEK else month_of(day)

    def parts(self, period: Period) -> Iterator[tuple[date, Period]]:
        """Each week or month of a period with an end, by its first day, with what of it lies in the period."""
        ends, day = period.ends_before or period.starts_on, period.starts_on
        while day < ends:
            whole = self.of(day)
            before = min(whole.ends_before or ends, ends)
            yield whole.starts_on, Period(day, before)
            day = before


class Treatment(StrEnum):
    """How time that is not billable counts: not at all, as if it were billable, or taken out of the calendar."""

    PLAIN = "plain"
    CREDITED = "credited"
    EXCLUDED = "excluded"


@dataclass(frozen=True)
class TimeWorked:
    """One approved entry; a correction is an entry of its own with negative minutes."""

    entry_id: UUID
    version: int
    person_id: UUID
    project_id: UUID
    day: date
    minutes: int
    billable: bool


@dataclass(frozen=True)
class Worked:
    """A person's approved minutes in a period; `credited` and `excluded` are not billable."""

    billable_minutes: int = 0
    credited_minutes: int = 0
    excluded_minutes: int = 0
    other_minutes: int = 0

    def __add__(self, other: Worked) -> Worked:
        return Worked(
            self.billable_minutes + other.billable_minutes,
            self.credited_minutes + other.credited_minutes,
            self.excluded_minutes + other.excluded_minutes,
            self.other_minutes + other.other_minutes,
        )


@dataclass(frozen=True)
class Utilization:
    """How much of what one or several people could have worked was billable, with every part in minutes.

    Excluded are public holidays, approved leave, and time on projects that are treated so.
    """

    time: WorkTotals = field(default_factory=WorkTotals)
    worked: Worked = field(default_factory=Worked)

    def __add__(self, other: Utilization) -> Utilization:
        return Utilization(self.time + other.time, self.worked + other.worked)

    @property
    def excluded_minutes(self) -> int:
        """What is taken out of the calendar."""
        return self.time.holiday_minutes + self.time.leave_minutes + self.worked.excluded_minutes

    @property
    def available_minutes(self) -> int:
        """The formula's denominator, never less than nothing."""
        return max(self.time.calendar_minutes - self.excluded_minutes, 0)

    @property
    def utilization(self) -> Decimal | None:
        """The share, 1 = all of it, to four digits; None where nothing was available."""
        if not self.available_minutes:
            return None
        counted = self.worked.billable_minutes + self.worked.credited_minutes
        return (Decimal(counted) / self.available_minutes).quantize(Decimal("0.0001"), ROUND_HALF_UP)
