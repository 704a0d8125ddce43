"""A template as people type it: tasks are called by the numbers of their rows, and so is what they wait for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator, Field

from services.delivery.templates.api import Code, Days, Share, Word
from services.delivery.templates.model.template import After, ProjectTemplate, TemplateMilestone, TemplateTask
from shared.ui.words import gettext as _
from shared.web import Body

EMPTY_TASKS, EMPTY_MILESTONES = 5, 2
WAITS_FOR = re.compile(r"(\d{1,3})(?:\s*\+\s*(\d{1,3}))?")
ROLE = re.compile(r"(.{1,200}?)\s*[:=]?\s+(\d{1,4})")


def _waits(typed: str) -> list[After]:
    """`1, 2+3`: after the tasks of rows 1 and 2, of the latter three working days later."""
    parts = [part.strip() for part in typed.split(",") if part.strip()]
    found = [WAITS_FOR.fullmatch(part) for part in parts]
    if not all(found):
        raise ValueError(_("Write the numbers of tasks, such as 1, 2+3: with three working days after task 2."))
    return [After(row(one[1]), int(one[2] or 0)) for one in found if one]


def _roles(typed: str) -> dict[str, int]:
    """`Architect 3, Tester 0`: the shares that some staffing roles have instead."""
    parts = [part.strip() for part in typed.split(",") if part.strip()]
    found = [ROLE.fullmatch(part) for part in parts]
    if not all(found):
        raise ValueError(_("Write staffing roles with their shares, such as Architect 3, Tester 0."))
    return {one[1]: int(one[2]) for one in found if one}


def row(number: int | str) -> str:
    """What the form calls the row of this number."""
    return f"n{number}"


class TaskForm(Body):
    """One task."""

    phase: Word
    name: Word
    share: Share
    offset_days: Days = 0
    after: Annotated[list[After], BeforeValidator(_waits)] = Field(default=[])
    share_by_role: Annotated[dict[str, int], BeforeValidator(_roles)] = Field(default={})


class MilestoneForm(Body):
    """Something to show when the task of a row is finished."""

    name: Word
    after: Annotated[int, Field(ge=1, le=100)]


class TemplateForm(Body):
    """A template with its rows; those left empty say nothing."""

    code: Code
    name: Word
    purpose: Annotated[str, Field(max_length=1000)] = ""
    tasks: Annotated[dict[str, TaskForm], Field(min_length=1, max_length=100)]
    milestones: Annotated[dict[str, MilestoneForm], Field(max_length=100)] = Field(default={})

    def template(self) -> ProjectTemplate:
        """The template as the model knows it, its tasks by keys made of their names; refuses what nobody can follow."""
        keys = _keys(self.tasks)
        tasks = tuple(
            TemplateTask(
                keys[row_id],
                one.phase,
                one.name,
                one.share,
                one.share_by_role,
                one.offset_days,
                tuple(After(keys.get(after.key, after.key), after.lag_days) for after in one.after),
            )
            for row_id, one in self.tasks.items()
        )
        shown = self.milestones.values()
        milestones = tuple(TemplateMilestone(one.name, keys.get(row(one.after), row(one.after))) for one in shown)
        return ProjectTemplate(self.code, self.name, self.purpose, tasks, milestones)


def _keys(tasks: Mapping[str, TaskForm]) -> dict[str, str]:
    """A key for each task: its name in small letters, with its row where another task is called the same."""
    keys: dict[str, str] = {}
    for row_id, task in tasks.items():
        plain = "-".join(re.findall(r"\w+", task.name.lower())) or row_id
        keys[row_id] = f"{plain}-{row_id}" if plain in keys.values() else plain
    return keys


@dataclass(frozen=True)
class TaskRow:
    """A task with its number, and what it waits for by number."""

    number: int
    task: TemplateTask | None
    after: str = ""
    roles: str = ""


@dataclass(frozen=True)
class MilestoneRow:
    """A milestone with its number, and the number of the task it comes with."""

    number: int
    milestone: TemplateMilestone | None
    after: int | None = None


def rows_of(template: ProjectTemplate | None) -> tuple[list[TaskRow], list[MilestoneRow]]:
    """The rows of a template, or empty ones to begin with."""
    if template is None:
        return (
            [TaskRow(number, None) for number in range(1, EMPTY_TASKS + 1)],
            [MilestoneRow(number, None) for number in range(1, EMPTY_MILESTONES + 1)],
        )
    numbers = {task.key: number for number, task in enumerate(template.tasks, 1)}
    tasks = [TaskRow(numbers[one.key], one, _waiting(one, numbers), _shares(one)) for one in template.tasks]
    shown = enumerate(template.milestones, 1)
    return tasks, [MilestoneRow(number, one, numbers[one.after]) for number, one in shown]


def _waiting(task: TemplateTask, numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{numbers[one.key]}{f'+{one.lag_days}' if one.lag_days else ''}" for one in task.after)


def _shares(task: TemplateTask) -> str:
    return ", ".join(f"{role} {share}" for role, share in sorted(task.share_by_role.items()))
