"""Events that delivery publishes."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Amount, Currency, Event, Fact, Minutes
from shared.contracts.crm import BillingMethod


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


class ApprovedExpense(Fact):
    """One expense as approved; a correction has negative amounts and names the expense that it reverses."""

    expense_id: UUID
    category: str
    day: date
    description: str
    billing_line_id: UUID | None = None
    """The sold line that it is billed under; none where it is not billed."""
    currency: Currency
    amount: Amount
    """Net, in the currency of the project."""
    tax: Amount
    """Input tax on top of `amount`, in the same currency."""
    billable: bool
    reimbursable: bool
    """Owed to the person who spent it."""
    corrects_expense_id: UUID | None = None


class ExpenseReportApproved(Event):
    """What somebody spent on a project was signed off; its expenses will not change."""

    type: ClassVar[str] = "throughline.delivery.expense_report.approved.v1"
    about: ClassVar[tuple[str, str]] = ("expense_report", "report_id")
    report_id: UUID
    project_id: UUID
    person_id: UUID
    approved_by: str
    approved_at: datetime
    expenses: list[ApprovedExpense]


class ChangedLine(Fact):
    """What a change order adds to a sold line, or takes from it; a line that was not sold before is a new one."""

    line_id: UUID
    description: str
    method: BillingMethod
    amount_delta: Amount
    minutes_delta: Minutes | None = None
    staffing_role: str | None = None
    hourly_rate: Amount | None = None
    product: str | None = None
    cap_delta: Amount | None = None


class ChangeOrderApproved(Event):
    """The client agreed to change what was sold, from `effective_on` on."""

    type: ClassVar[str] = "throughline.delivery.change_order.approved.v1"
    about: ClassVar[tuple[str, str]] = ("change_order", "change_order_id")
    change_order_id: UUID
    number: str
    project_id: UUID
    approved_on: date
    effective_on: date
    client_approver: str
    """Name of the client's person who agreed."""
    reason: str
    lines: list[ChangedLine]
    new_ends_before: date | None = None
    """The first day after the project, where that changed."""


class ProgressMethod(StrEnum):
    """What progress was measured by."""

    HOURS = "hours"
    COST = "cost"
    TASK = "task"
    MILESTONE = "milestone"
    MANUAL = "manual"


class ProgressMeasured(Event):
    """How far a project or one of its sold lines is; the fraction is unrounded, numerator over denominator."""

    type: ClassVar[str] = "throughline.delivery.progress.measured.v1"
    about: ClassVar[tuple[str, str]] = ("project_progress", "project_id")
    measurement_id: UUID
    project_id: UUID
    billing_line_id: UUID | None = None
    """None means the whole project."""
    method: ProgressMethod
    measured_on: date
    fraction_numerator: Amount
    fraction_denominator: Amount
    cost_to_date: Amount | None = None
    cost_at_completion: Amount | None = None
    currency: Currency
    measured_by: str
