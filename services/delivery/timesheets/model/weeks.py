"""Signing time off: a person's week on a project, who decides on it, and how approved time is put right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID, uuid5

from services.delivery.timesheets.model.entries import TimesheetState
from shared.errors import Conflict, Forbidden


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
