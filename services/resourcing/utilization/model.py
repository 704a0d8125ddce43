"""Billable utilization: (billable + credited) / (calendar - excluded), from approved time and dated calendars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from uuid import UUID

from services.resourcing.calendars.model import WorkTotals

FORMULA = "(billable + credited) / (calendar - excluded)"


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


@dataclass(frozen=True)
class Utilization:
    """How much of what a person could have worked was billable, with every part of the formula, in minutes.

    Excluded are public holidays, approved leave, and time on projects that are treated so.
    """

    time: WorkTotals
    worked: Worked

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
