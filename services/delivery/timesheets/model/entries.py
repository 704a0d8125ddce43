"""Recording time: what a person may record, and why an entry is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.period import week_of

MINUTES_A_DAY = 1_440


class NobodyBehindLogIn(Forbidden):
    """Your log-in belongs to nobody who records time.

    Ask resourcing to enter your log-in with your person.
    """


class NoSuchTaskForTime(NotFound):
    """There is no such task."""


class TimeOnSummary(Invalid):
    """This task only sums up the tasks below it.

    Record the time on one of the tasks below it.
    """


class TimeOnClosedProject(Conflict):
    """The project is closed; no more time is recorded on it.

    Ask the project manager which project the work belongs to.
    """


class TimeOnProjectOnHold(Conflict):
    """The project is on hold; no time is recorded on it until it goes on.

    Ask the project manager to resume the project.
    """


class NotEmployed(Invalid):
    """You do not work here on that day.

    Choose a day on which you are employed.
    """


class WeekHandedIn(Conflict):
    """Your week on this project was submitted or approved already.

    Have it rejected to change it; once it is approved, ask the project manager for a correction.
    """


class DayTooLong(Invalid):
    """A day has 1,440 minutes, and this would be more than that in all.

    Reduce the minutes of this entry or of the others of the day.
    """


class EntryExists(Conflict):
    """There is a time entry with this id already.

    Change that one, or send a new id.
    """


class NothingToCopy(Conflict):
    """You recorded no time in the week before.

    Record this week's time entry by entry.
    """


class WeekStartsOnMonday(Invalid):
    """A week starts on a Monday.

    Give the Monday of the week.
    """


class Problem(StrEnum):
    """Why an entry cannot be recorded, as the statement that records it says."""

    NO_TASK = "no_task"
    SUMMARY = "summary"
    NOBODY = "nobody"
    NOT_EMPLOYED = "not_employed"
    CLOSED = "closed"
    ON_HOLD = "on_hold"
    EXISTS = "exists"
    HANDED_IN = "handed_in"
    TOO_LONG = "too_long"

    def refusal(self, place: str) -> Invalid | Conflict | Forbidden | NotFound:
        """The refusal that says it; `place` is the JSON pointer of the entry, empty where there is only one."""
        kind, name = _REFUSALS[self]
        return kind(field=f"{place}/{name}")


_REFUSALS: dict[Problem, tuple[type[Invalid | Conflict | Forbidden | NotFound], str]] = {
    Problem.NO_TASK: (NoSuchTaskForTime, "task_id"),
    Problem.SUMMARY: (TimeOnSummary, "task_id"),
    Problem.NOBODY: (NobodyBehindLogIn, "id"),
    Problem.NOT_EMPLOYED: (NotEmployed, "day"),
    Problem.CLOSED: (TimeOnClosedProject, "task_id"),
    Problem.ON_HOLD: (TimeOnProjectOnHold, "task_id"),
    Problem.EXISTS: (EntryExists, "id"),
    Problem.HANDED_IN: (WeekHandedIn, "day"),
    Problem.TOO_LONG: (DayTooLong, "minutes"),
}


@dataclass(frozen=True)
class Worked:
    """What somebody says they worked; without `billable` it is so if the task has a sold line."""

    id: UUID
    task_id: UUID
    day: date
    minutes: int
    billable: bool | None = None
    note: str = ""


class TimesheetState(StrEnum):
    """Where a week of a person on a project stands."""

    OPEN = "open"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Entry:
    """Time as it was recorded; `state` is that of its week."""

    id: UUID
    timesheet_id: UUID
    person_id: UUID
    project_id: UUID
    task_id: UUID
    staffing_role: str
    day: date
    minutes: int
    billable: bool
    note: str
    version: int
    state: TimesheetState
    corrects_entry_id: UUID | None = None


@dataclass(frozen=True)
class Unrecorded:
    """An entry that could not be recorded, and why."""

    id: UUID
    problem: Problem


def must_start_a_week(day: date) -> None:
    """Refuse a day that is not a Monday."""
    if week_of(day).starts_on != day:
        raise WeekStartsOnMonday(field="/week_starts_on")
