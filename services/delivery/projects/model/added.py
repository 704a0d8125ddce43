"""What a change order brings to a project that runs: a milestone, or work of a role, under a new line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid5

from services.delivery.projects.model.milestone import Milestone
from services.delivery.projects.model.task import Task

MINUTES_A_DAY = 480


@dataclass(frozen=True)
class AddedScope:
    """A line that was not sold before."""

    line_id: UUID
    name: str
    is_milestone: bool
    staffing_role: str | None = None
    minutes: int = 0

    def milestone(self, project_id: UUID, *, ends_before: date) -> Milestone:
        """The milestone whose acceptance makes the fee of the line billable, due on the last day of the project."""
        due_on = ends_before - timedelta(days=1)
        return Milestone(uuid5(self.line_id, "milestone"), project_id, self.name, due_on, self.line_id)

    def task(self, project_id: UUID, *, wbs: str, position: int) -> Task:
        """The task that time of the line is recorded on, as long as one person needs for it."""
        return Task(
            id=uuid5(self.line_id, "task"),
            project_id=project_id,
            wbs=wbs,
            name=self.name,
            position=position,
            staffing_role=self.staffing_role,
            billing_line_id=self.line_id,
            minutes=self.minutes,
            days=-(-self.minutes // MINUTES_A_DAY),
        )
