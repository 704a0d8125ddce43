"""Making a plan: the sold work spread over the tasks of a template, with dates."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from services.delivery.projects.model.calendar import working_days_in
from services.delivery.projects.model.milestone import Milestone
from services.delivery.projects.model.sold import SoldScope, SoldWork
from services.delivery.projects.model.task import Dependency, Task, lay_out
from services.delivery.templates.model.template import ProjectTemplate, TemplateTask
from shared.period import Period


@dataclass(frozen=True)
class Plan:
    """The tasks of a project with what they wait for, and its milestones."""

    tasks: list[Task]
    milestones: list[Milestone]


@dataclass(frozen=True)
class _Part:
    """The minutes of one sold work that fall on one activity."""

    activity: TemplateTask
    work: SoldWork
    minutes: int


def make_plan(project_id: UUID, sold: SoldScope, *, period: Period) -> Plan:
    """The plan that delivers `sold` the way its template says; its minutes are exactly the sold ones."""
    template = sold.choice.template
    parts = _spread(template, sold.work)
    tasks, by_key = _tasks(project_id, template, parts, days=_days(template, period))
    _let_wait(template, by_key)
    lay_out(tasks, starting=period.starts_on)
    return Plan(tasks, _milestones(project_id, sold, by_key, period))


def distribute(minutes: int, weights: Sequence[int]) -> list[int]:
    """Split `minutes` in proportion to `weights` into whole minutes that add up exactly (largest remainder).

    Raises ValueError unless the weights are not negative and sum to more than zero.
    """
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError("weights must not be negative and must sum to more than zero")
    parts = [minutes * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda n: (-(minutes * weights[n] % total), n))
    for index in by_remainder[: minutes - sum(parts)]:
        parts[index] += 1
    return parts


def _spread(template: ProjectTemplate, sold: Sequence[SoldWork]) -> list[_Part]:
    parts = []
    for work in sold:
        weights = [activity.share_of(work.staffing_role) for activity in template.tasks]
        if not any(weights):
            weights = [activity.share for activity in template.tasks]
        shares = zip(template.tasks, distribute(work.minutes, weights), strict=True)
        parts += [_Part(activity, work, minutes) for activity, minutes in shares if minutes]
    return parts


def _days(template: ProjectTemplate, period: Period) -> dict[str, int]:
    """How long each activity lasts, so that the longest chain with all its lags fits into `period`.

    Work is spread evenly over the sold time rather than as fast as one person could do it: how many people
    share it is for resourcing to say.
    """
    waiting = sum(after.lag_days for task in template.tasks for after in task.after)
    waiting += max(task.offset_days for task in template.tasks)
    days = max(working_days_in(period) - waiting, 1)
    shares = sum(task.share for task in template.tasks)
    return {task.key: max(days * task.share // shares, 1) for task in template.tasks}


def _tasks(
    project_id: UUID, template: ProjectTemplate, parts: Sequence[_Part], *, days: Mapping[str, int]
) -> tuple[list[Task], dict[str, list[Task]]]:
    """A summary task for each phase that has work, its tasks below it, and the tasks of each activity."""
    tasks: list[Task] = []
    by_key: dict[str, list[Task]] = {}
    phases = [phase for phase in template.phases if any(part.activity.phase == phase for part in parts)]
    for number, phase in enumerate(phases, start=1):
        summary = _summary(project_id, f"{number}", phase, position=len(tasks))
        tasks.append(summary)
        inside = [part for task in template.tasks if task.phase == phase for part in parts if part.activity is task]
        for place, part in enumerate(inside, start=1):
            name = _name(part, [other for other in inside if other.activity is part.activity])
            task = _summary(project_id, f"{number}.{place}", name, position=len(tasks))
            task.parent_id = summary.id
            task.staffing_role, task.billing_line_id = part.work.staffing_role, part.work.line_id
            task.minutes, task.days = part.minutes, days[part.activity.key]
            task.offset_days = part.activity.offset_days
            by_key.setdefault(part.activity.key, []).append(task)
            tasks.append(task)
    return tasks, by_key


def _name(part: _Part, of_activity: Sequence[_Part]) -> str:
    if len(of_activity) == 1:
        return part.activity.name
    return f"{part.activity.name} ({part.work.staffing_role.replace('_', ' ')})"


def _summary(project_id: UUID, wbs: str, name: str, *, position: int) -> Task:
    return Task(uuid5(project_id, f"task/{wbs}"), project_id, wbs, name, position)


def _let_wait(template: ProjectTemplate, by_key: Mapping[str, Sequence[Task]]) -> None:
    """Let every task wait for all tasks of the activities that its own activity waits for."""
    activities = {task.key: task for task in template.tasks}
    for key, tasks in by_key.items():
        for earlier, lag_days in _predecessors(activities[key], activities, by_key.keys()).items():
            for task in tasks:
                task.after += [
                    Dependency(uuid5(task.id, f"after/{before.id}"), task.id, before.id, lag_days)
                    for before in by_key[earlier]
                ]


def _predecessors(
    activity: TemplateTask, activities: Mapping[str, TemplateTask], present: Collection[str]
) -> dict[str, int]:
    """What `activity` waits for and the lag; through an activity without work it waits for what that waits for."""
    found: dict[str, int] = {}
    for after in activity.after:
        behind = {after.key: 0}
        if after.key not in present:
            behind = _predecessors(activities[after.key], activities, present)
        for key, lag_days in behind.items():
            found[key] = max(found.get(key, 0), lag_days + after.lag_days)
    return found


def _milestones(
    project_id: UUID, sold: SoldScope, by_key: Mapping[str, Sequence[Task]], period: Period
) -> list[Milestone]:
    last_day = max(task.last_day for tasks in by_key.values() for task in tasks)
    billed = [
        Milestone(
            uuid5(project_id, f"milestone/{one.line_id}"), project_id, one.name, one.due_on or last_day, one.line_id
        )
        for one in sold.milestones
    ]
    shown = [
        Milestone(uuid5(project_id, f"milestone/{one.after}/{one.name}"), project_id, one.name, due)
        for one in sold.choice.template.milestones
        for due in [max((task.last_day for task in by_key.get(one.after, ())), default=last_day)]
    ]
    return sorted(billed + shown, key=lambda milestone: milestone.due_on)
