"""A timer: runs on one task of one person; what it measured becomes recorded time when it is stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from services.delivery.timesheets.model.entries import Entry, Worked
from shared.errors import Conflict, NotFound

LONGEST = timedelta(hours=24)
DAY = timedelta(days=1)


class NoTimerRuns(Conflict):
    """No timer of yours is running.

    Start one beside a task.
    """


class NoSuchTimer(NotFound):
    """There is no such timer of yours."""


class TimerForgotten(Conflict):
    """The timer has run for more than a day, which nobody works.

    Discard it, and type what was worked.
    """


class TimerNotUndone(Conflict):
    """What the timer recorded was changed, handed in or taken out meanwhile, or another timer runs.

    Type the hours into the week instead.
    """


@dataclass(eq=False)
class Timer:
    """One run of the clock; `is_recorded` tells whether what it measured was recorded when it stopped."""

    id: UUID
    person_id: UUID
    task_id: UUID
    started_at: datetime
    stopped_at: datetime | None = None
    is_recorded: bool = False
    version: int = field(default=1, init=False)

    def stop(self, at: datetime) -> list[Worked]:
        """End it; gives what is to be recorded, nothing under half a minute. Raises TimerForgotten."""
        if at - self.started_at > LONGEST:
            raise TimerForgotten()
        self.stopped_at, self.is_recorded = at, True
        return self.worked()

    def discard(self, at: datetime) -> None:
        """End it, and record nothing."""
        self.stopped_at = at

    def worked(self) -> list[Worked]:
        """What it recorded, by day; always under the same ids."""
        if self.stopped_at is None or not self.is_recorded:
            return []
        measured = minutes_by_day(self.started_at, self.stopped_at)
        return [Worked(uuid5(self.id, str(day)), self.task_id, day, minutes) for day, minutes in measured.items()]

    def undo(self, kept: Sequence[Entry]) -> None:
        """Run on as if it had never been stopped; `kept` is what is left of its entries. Raises TimerNotUndone."""
        if self.stopped_at is None:
            raise TimerNotUndone()
        recorded = {one.id: (one.task_id, one.day, one.minutes) for one in self.worked()}
        if {one.id: (one.task_id, one.day, one.minutes) for one in kept} != recorded:
            raise TimerNotUndone()
        self.stopped_at, self.is_recorded = None, False


def minutes_by_day(started_at: datetime, stopped_at: datetime) -> dict[date, int]:
    """The minutes between two moments, rounded once, half up, and then shared out over the days that they lie on."""
    found: dict[date, int] = {}
    told = 0
    day = started_at.date()
    while day <= stopped_at.date():
        midnight = datetime.combine(day + DAY, datetime.min.time(), started_at.tzinfo)
        so_far = _rounded(min(midnight, stopped_at) - started_at)
        if so_far > told:
            found[day] = so_far - told
        told, day = so_far, day + DAY
    return found


def _rounded(lasted: timedelta) -> int:
    return int((lasted.total_seconds() + 30) // 60)
