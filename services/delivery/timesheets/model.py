"""Time worked: what a person may record, and how a week on a project is signed off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid5

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


class NothingToSubmit(Conflict):
    """You have no time in this week that waits to be submitted.

    Record your time first.
    """


class TimesheetNotSubmitted(Conflict):
    """Only a submitted timesheet can be approved or rejected."""


class OwnTimesheet(Forbidden):
    """Nobody decides on their own time.

    Ask the project manager, or somebody who decides for them.
    """


class NotYoursToDecide(Forbidden):
    """Time on a project is decided on by the project's manager.

    Ask the manager of the project.
    """


class NotApprovedYet(Conflict):
    """Only approved time is corrected; what is not approved yet can be changed.

    Change or delete the entry, after its timesheet was rejected if it is submitted.
    """


class AlreadyCorrected(Conflict):
    """This entry was corrected already, or is itself a reversal.

    Correct the entry that took its place.
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
class Outcome:
    """What became of one entry: it was recorded, or there is a problem with it."""

    id: UUID
    entry: Entry | None
    problem: Problem | None


@dataclass(eq=False)
class Timesheet:
    """A person's week on one project."""

    id: UUID
    person_id: UUID
    project_id: UUID
    week_starts_on: date
    state: TimesheetState = TimesheetState.OPEN
    submitted_at: datetime | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    rejection_reason: str | None = None

    @property
    def is_handed_in(self) -> bool:
        """Whether its entries can no longer be changed by the person."""
        return self.state in (TimesheetState.SUBMITTED, TimesheetState.APPROVED)

    def approve(self, *, by: str, at: datetime) -> None:
        """Sign the week off."""
        self._decide(TimesheetState.APPROVED, by, at)

    def reject(self, reason: str, *, by: str, at: datetime) -> None:
        """Give the week back to the person, with a reason."""
        self._decide(TimesheetState.REJECTED, by, at)
        self.rejection_reason = reason

    def _decide(self, state: TimesheetState, by: str, at: datetime) -> None:
        if self.state is not TimesheetState.SUBMITTED:
            raise TimesheetNotSubmitted()
        self.state, self.decided_by, self.decided_at = state, by, at


@dataclass(frozen=True)
class Decider:
    """Who is about to decide on somebody's time, as a person and as a log-in."""

    subject: str
    person_id: UUID | None
    for_any_project: bool

    def must_decide_for(self, person_id: UUID, *, person_subject: str | None, manager: str) -> None:
        """Refuse deciding on one's own time, and on time of a project that somebody else manages."""
        if person_id == self.person_id or person_subject == self.subject:
            raise OwnTimesheet()
        if not self.for_any_project and manager != self.subject:
            raise NotYoursToDecide()


@dataclass(frozen=True)
class ApprovedEntry:
    """Time that was signed off and never changes; a reversal has negative minutes and names what it reverses."""

    id: UUID
    timesheet_id: UUID
    project_id: UUID
    person_id: UUID
    task_id: UUID
    billing_line_id: UUID | None
    staffing_role: str
    day: date
    minutes: int
    billable: bool
    note: str
    version: int
    corrects_entry_id: UUID | None = None
    correction_id: UUID | None = None

    def corrected(self, minutes: int | None, *, correction_id: UUID) -> Sequence[ApprovedEntry]:
        """The entry that takes this one back and, where `minutes` are given, the right one in its place."""
        if self.minutes < 0:
            raise AlreadyCorrected()
        reversal = replace(
            self,
            id=uuid5(correction_id, "reversal"),
            minutes=-self.minutes,
            corrects_entry_id=self.id,
            correction_id=correction_id,
        )
        if minutes is None:
            return (reversal,)
        right = replace(
            self,
            id=uuid5(correction_id, "right"),
            minutes=minutes,
            version=self.version + 1,
            corrects_entry_id=None,
            correction_id=correction_id,
        )
        return (reversal, right)


def must_start_a_week(day: date) -> None:
    """Refuse a day that is not a Monday."""
    if week_of(day).starts_on != day:
        raise WeekStartsOnMonday(field="/week_starts_on")
