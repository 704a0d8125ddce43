"""Tasks: the tree of work in a plan, and when each is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from services.delivery.projects.model.schedule import Step, schedule
from shared.errors import Conflict, Invalid
from shared.period import Period


class SummaryTask(Conflict):
    """This task only sums up the tasks below it.

    Change one of the tasks below it.
    """


class BadEstimate(Invalid):
    """A task takes at least one minute of work and one working day, and begins at the start or later.

    Give minutes and days from 1 and offset_days from 0.
    """


@dataclass(eq=False)
class Dependency:
    """The task begins `lag_days` working days after `predecessor_id` has finished."""

    id: UUID
    task_id: UUID
    predecessor_id: UUID
    lag_days: int


@dataclass(eq=False)
class Task:
    """One piece of work; without a staffing role it sums up the tasks below it.

    It takes `days` working days, begins no earlier than `offset_days` working days after the project, and its
    time is billed under `billing_line_id`.
    """

    id: UUID
    project_id: UUID
    wbs: str
    name: str
    position: int
    parent_id: UUID | None = None
    staffing_role: str | None = None
    billing_line_id: UUID | None = None
    minutes: int = 0
    days: int = 0
    offset_days: int = 0
    starts_on: date = date.max
    ends_before: date = date.max
    after: list[Dependency] = field(default_factory=list)

    @property
    def is_summary(self) -> bool:
        """Whether this task only sums up others."""
        return self.staffing_role is None

    @property
    def last_day(self) -> date:
        """The last day of work."""
        return self.ends_before - timedelta(days=1)

    def estimate(self, *, name: str | None, minutes: int | None, days: int | None, offset_days: int | None) -> None:
        """Plan this task anew; what is not given stays."""
        if self.is_summary:
            raise SummaryTask()
        self.name = name or self.name
        self.minutes = self.minutes if minutes is None else minutes
        self.days = self.days if days is None else days
        self.offset_days = self.offset_days if offset_days is None else offset_days
        if min(self.minutes, self.days, self.offset_days + 1) < 1:
            raise BadEstimate()


def lay_out(tasks: Sequence[Task], *, starting: date) -> None:
    """Give every task its earliest dates from `starting` on, and every summary the span of what is below it."""
    work = [task for task in tasks if not task.is_summary]
    steps = [
        Step(task.id, task.days, task.offset_days, {one.predecessor_id: one.lag_days for one in task.after})
        for task in work
    ]
    planned = schedule(steps, starting=starting)
    for task in work:
        _put(task, planned[task.id])
    for summary in (task for task in tasks if task.is_summary):
        below = [task for task in work if task.parent_id == summary.id]
        summary.starts_on = min(task.starts_on for task in below)
        summary.ends_before = max(task.ends_before for task in below)
        summary.minutes = sum(task.minutes for task in below)


def _put(task: Task, period: Period) -> None:
    task.starts_on, task.ends_before = period.starts_on, period.ends_before or date.max
