"""A project template: tasks in phases, each with its share of the sold work and what it waits for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

from shared.errors import Invalid, NotFound


class NoSuchTemplate(NotFound):
    """There is no template with this code.

    Choose one of the list of templates.
    """


class TaskKeyTwice(Invalid):
    """Two tasks of the template have the same key.

    Give every task a key of its own.
    """


class UnknownTemplateTask(Invalid):
    """A task or milestone of the template waits for a task that the template does not have.

    Name the key of one of the template's tasks.
    """


class CircularTemplate(Invalid):
    """The tasks of the template wait for each other in a circle.

    Take one of the dependencies out.
    """


@dataclass(frozen=True)
class After:
    """The task with this key must be finished, and `lag_days` working days must have passed."""

    key: str
    lag_days: int = 0


@dataclass(frozen=True)
class TemplateTask:
    """One activity; `share` is its weight among all activities when sold work and time are spread over them.

    `share_by_role` replaces the weight for some staffing roles, as far as their work goes.
    `offset_days` are working days after the start of the project, before which it never begins.
    """

    key: str
    phase: str
    name: str
    share: int
    share_by_role: Mapping[str, int] = field(default_factory=dict)
    offset_days: int = 0
    after: tuple[After, ...] = ()

    def share_of(self, staffing_role: str) -> int:
        """The weight of this activity for somebody of `staffing_role`."""
        return self.share_by_role.get(staffing_role, self.share)


@dataclass(frozen=True)
class TemplateMilestone:
    """Something to show when the task with this key is finished; it is not billed."""

    name: str
    after: str


@dataclass(frozen=True)
class ProjectTemplate:
    """How an engagement of one kind is delivered; refuses to be one that no project can follow."""

    code: str
    name: str
    purpose: str
    tasks: tuple[TemplateTask, ...]
    milestones: tuple[TemplateMilestone, ...] = ()

    def __post_init__(self) -> None:
        keys = [task.key for task in self.tasks]
        for index, key in enumerate(keys):
            if key in keys[:index]:
                raise TaskKeyTwice(field=f"/tasks/{index}/key")
        for index, task in enumerate(self.tasks):
            if any(after.key not in keys for after in task.after):
                raise UnknownTemplateTask(field=f"/tasks/{index}/after")
        for index, milestone in enumerate(self.milestones):
            if milestone.after not in keys:
                raise UnknownTemplateTask(field=f"/milestones/{index}/after")
        self._refuse_a_circle()

    def _refuse_a_circle(self) -> None:
        graph = {task.key: {after.key for after in task.after} for task in self.tasks}
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as circle:
            raise CircularTemplate(field="/tasks") from circle

    @property
    def phases(self) -> list[str]:
        """The phases in the order in which their first tasks stand."""
        return list(dict.fromkeys(task.phase for task in self.tasks))
