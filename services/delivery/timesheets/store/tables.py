"""The tables of recorded time.

Open time can be changed and lives in `time_entries`. Approving moves it to `approved_entries`, which the service may
neither change nor delete. `person_days` holds what both come to: the day's limit is checked where it is written.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, String, Uuid

from services.delivery.tables import schema
from services.delivery.timesheets.model.entries import TimesheetState
from services.delivery.timesheets.model.weeks import Timesheet
from shared.database import belongs_to, choice, found_by, only_one, rule

timesheets = schema.table(
    "timesheets",
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("project_id", Uuid, nullable=False),
    Column("week_starts_on", Date, nullable=False),
    choice("state", TimesheetState),
    Column("submitted_at", DateTime(timezone=True)),
    Column("decided_by", String),
    Column("decided_at", DateTime(timezone=True)),
    Column("rejection_reason", String),
    Column("version", Integer, nullable=False),
    belongs_to("project_id", "projects"),
    only_one("person_id", "project_id", "week_starts_on"),
    found_by("week_starts_on", "id", why="lists of timesheets"),
    found_by("project_id", "week_starts_on", why="timesheets that a manager decides on", where="state = 'submitted'"),
)
time_entries = schema.table(
    "time_entries",
    Column("id", Uuid, primary_key=True),
    Column("timesheet_id", Uuid, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("project_id", Uuid, nullable=False),
    Column("task_id", Uuid, nullable=False),
    Column("day", Date, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("billable", Boolean, nullable=False),
    Column("note", String, nullable=False),
    Column("entered_at", DateTime(timezone=True), nullable=False),
    Column("version", Integer, nullable=False),
    rule("minutes", "minutes between 1 and 1440"),
    belongs_to("timesheet_id", "timesheets"),
    belongs_to("task_id", "tasks"),
    found_by("timesheet_id", why="the entries of a week"),
    found_by("person_id", "day", why="a person's own week"),
    found_by("project_id", why="whether a project can be closed"),
)
approved_entries = schema.table(
    "approved_entries",
    Column("id", Uuid, primary_key=True),
    Column("timesheet_id", Uuid, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("project_id", Uuid, nullable=False),
    Column("task_id", Uuid, nullable=False),
    Column("billing_line_id", Uuid),
    Column("staffing_role", String, nullable=False),
    Column("day", Date, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("billable", Boolean, nullable=False),
    Column("note", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("corrects_entry_id", Uuid),
    Column("correction_id", Uuid),
    belongs_to("timesheet_id", "timesheets"),
    belongs_to("corrects_entry_id", "approved_entries"),
    only_one("corrects_entry_id", where="corrects_entry_id is not null"),
    found_by("timesheet_id", why="the entries of a week"),
    found_by("person_id", "day", why="a person's own week"),
    append_only=True,
)
person_days = schema.table(
    "person_days",
    Column("person_id", Uuid, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("minutes", Integer, nullable=False),
    rule("minutes", "minutes between 0 and 1440"),
    audited=False,
)
corrections = schema.table(
    "corrections",
    Column("id", Uuid, primary_key=True),
    Column("reason", String, nullable=False),
    Column("corrected_by", String, nullable=False),
    Column("corrected_at", DateTime(timezone=True), nullable=False),
    append_only=True,
)

schema.map(Timesheet, timesheets, version=timesheets.c.version)
