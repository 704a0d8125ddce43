"""The dates of the story, counted from today, so that it can be played on any day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

WEEKS = 8


@dataclass(frozen=True)
class Dates:
    """When things happen in the story that is played on `today`: the week of work is the last whole one."""

    today: date

    @property
    def monday(self) -> date:
        """The first day of the week of work."""
        return self.today - timedelta(days=self.today.weekday() + 7)

    @property
    def friday_before(self) -> date:
        """A day of preparation, before the agreed rates begin."""
        return self.monday - timedelta(days=3)

    @property
    def ends_before(self) -> date:
        """The day after the last of the projects."""
        return self.monday + timedelta(weeks=WEEKS)

    @property
    def last_day(self) -> date:
        """The last working day of the projects."""
        return self.ends_before - timedelta(days=3)

    @property
    def period(self) -> str:
        """The month in which the story is invoiced, recognised and sealed."""
        return f"{self.today:%Y-%m}"

    def work_day(self, number: int) -> date:
        """The `number`th day of the week of work, 0 for Monday."""
        return self.monday + timedelta(days=number)
