"""Events that delivery publishes."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Amount, Currency, Event, Fact, Minutes


class HandoffAccepted(Event):
    """Delivery took the sold work over; a project stands for it."""

    type: ClassVar[str] = "throughline.delivery.handoff.accepted.v1"
    about: ClassVar[tuple[str, str]] = ("opportunity", "opportunity_id")
    opportunity_id: UUID
    handoff_id: UUID
    project_id: UUID
    accepted_by: str
    accepted_at: datetime


class HandoffReturned(Event):
    """Delivery sent the sold work back to sales, with reasons."""

    type: ClassVar[str] = "throughline.delivery.handoff.returned.v1"
    about: ClassVar[tuple[str, str]] = ("opportunity", "opportunity_id")
    opportunity_id: UUID
    handoff_id: UUID
    reasons: list[str]
    returned_by: str
    returned_at: datetime


class ProjectOpened(Event):
    """A project stands, with its plan and its first baseline."""

    type: ClassVar[str] = "throughline.delivery.project.opened.v1"
    about: ClassVar[tuple[str, str]] = ("project", "project_id")
    project_id: UUID
    number: str
    name: str
    opportunity_id: UUID
    account_id: UUID
    manager: str
    """Log-in of the project manager."""
    template: str
    currency: Currency
    starts_on: date
    ends_before: date
    sold_minutes: Minutes
    billing_line_ids: list[UUID]


class ProjectClosed(Event):
    """A project ended; no more time is recorded on it."""

    type: ClassVar[str] = "throughline.delivery.project.closed.v1"
    about: ClassVar[tuple[str, str]] = ("project", "project_id")
    project_id: UUID
    opportunity_id: UUID
    closed_on: date


class RequiredSkill(Fact):
    skill: str
    level: int = 1
    """1 knows it, 2 has used it, 3 leads others in it."""


class StaffingRequested(Event):
    """A project needs somebody; carries its whole state."""

    type: ClassVar[str] = "throughline.delivery.staffing.requested.v1"
    about: ClassVar[tuple[str, str]] = ("staffing_request", "request_id")
    request_id: UUID
    project_id: UUID
    project_name: str
    account_name: str
    staffing_role: str
    skills: list[RequiredSkill] = Field(default_factory=list)
    minutes: Minutes
    starts_on: date
    ends_before: date
    currency: Currency
    hourly_cost_limit: Amount | None = None
    """What an hour may cost at most if the sold margin is to hold."""
    requested_by: str


class MilestoneAccepted(Event):
    """The client accepted a milestone."""

    type: ClassVar[str] = "throughline.delivery.milestone.accepted.v1"
    about: ClassVar[tuple[str, str]] = ("milestone", "milestone_id")
    milestone_id: UUID
    project_id: UUID
    name: str
    billing_line_id: UUID | None
    accepted_on: date
    accepted_by: str
    """Name of the client's person who accepted."""


class ApprovedEntry(Fact):
    """One time entry as approved; a correction has negative minutes and names the entry that it corrects."""

    entry_id: UUID
    version: int = 1
    task_id: UUID
    billing_line_id: UUID | None
    person_id: UUID
    staffing_role: str
    day: date
    minutes: Minutes
    billable: bool
    note: str = ""
    corrects_entry_id: UUID | None = None


class TimesheetApproved(Event):
    """A person's week on one project was signed off; its entries will not change."""

    type: ClassVar[str] = "throughline.delivery.timesheet.approved.v1"
    about: ClassVar[tuple[str, str]] = ("timesheet", "timesheet_id")
    timesheet_id: UUID
    project_id: UUID
    person_id: UUID
    week_starts_on: date
    approved_by: str
    approved_at: datetime
    entries: list[ApprovedEntry]


class TimeCorrected(Event):
    """Approved time was corrected: a reversing entry, and the right one where there is one."""

    type: ClassVar[str] = "throughline.delivery.time.corrected.v1"
    about: ClassVar[tuple[str, str]] = ("time_correction", "correction_id")
    correction_id: UUID
    project_id: UUID
    person_id: UUID
    reason: str
    corrected_by: str
    corrected_at: datetime
    entries: list[ApprovedEntry]
