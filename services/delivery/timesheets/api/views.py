"""What callers see of time."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field

from services.delivery.projects.model.project import number_of
from services.delivery.timesheets.model.entries import TimesheetState
from shared.web import View


class EntryView(View):
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
    corrects_entry_id: UUID | None


class EntriesView(View):
    items: list[EntryView]


class SkippedView(View):
    """An entry that could not be copied, and why."""

    id: UUID
    code: str
    detail: str


class CopiedView(View):
    items: list[EntryView]
    skipped: list[SkippedView]


class TimesheetView(View):
    """A person's week on one project."""

    id: UUID
    person_id: UUID
    person_name: str
    project_id: UUID
    project_number: Annotated[str, BeforeValidator(number_of)] = Field(validation_alias="project_ordinal")
    project_name: str
    week_starts_on: date
    state: TimesheetState
    minutes: int
    billable_minutes: int
    submitted_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    rejection_reason: str | None
    version: int


class TimesheetsView(View):
    items: list[TimesheetView]


class TimesheetInFullView(TimesheetView):
    """A person's week on one project with its entries."""

    entries: list[EntryView] = Field(default_factory=list)


class CorrectedEntryView(View):
    """An approved entry that puts another one right; a reversal has negative minutes."""

    id: UUID
    timesheet_id: UUID
    person_id: UUID
    project_id: UUID
    task_id: UUID
    billing_line_id: UUID | None
    staffing_role: str
    day: date
    minutes: int
    billable: bool
    note: str
    version: int
    corrects_entry_id: UUID | None


class CorrectionView(View):
    correction_id: UUID = Field(validation_alias="id")
    entries: list[CorrectedEntryView]
