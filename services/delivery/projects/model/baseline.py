"""The first baseline: what was sold, frozen, so that the plan of today can be held against it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid5

from services.delivery.projects.model.sold import SoldRole, SoldScope
from services.delivery.projects.model.task import Task
from shared.money import Money
from shared.period import Period

Value = str | int | Decimal | date | None


@dataclass(frozen=True)
class BaselineRole:
    """What was sold of one staffing role."""

    staffing_role: str
    minutes: int
    price: Decimal
    cost: Decimal | None


@dataclass(frozen=True)
class BaselineTask:
    """How one task was planned when the project was opened."""

    task_id: UUID
    wbs: str
    name: str
    minutes: int
    starts_on: date
    ends_before: date


@dataclass(frozen=True)
class Baseline:
    """Sold price, cost and minutes by role, and the first plan; it never changes."""

    id: UUID
    project_id: UUID
    made_by: str
    price: Money
    cost: Money
    starts_on: date
    ends_before: date
    roles: tuple[BaselineRole, ...]
    tasks: tuple[BaselineTask, ...]

    @property
    def margin(self) -> Money:
        """What is left of the sold price after the sold cost."""
        return self.price - self.cost

    @property
    def minutes(self) -> int:
        """All sold minutes."""
        return sum(role.minutes for role in self.roles)


@dataclass(frozen=True)
class Difference:
    """One field as the baseline has it and as it is now; `task` is the WBS number where it is about a task."""

    field: str
    baseline: Value
    now: Value
    task: str | None = None

    @property
    def is_changed(self) -> bool:
        """Whether the two differ."""
        return self.baseline != self.now


def first_baseline(
    project_id: UUID, tasks: Sequence[Task], roles: Sequence[SoldRole], *, sold: SoldScope, period: Period, by: str
) -> Baseline:
    """Freeze what was sold and the plan that was made of it."""
    return Baseline(
        id=uuid5(project_id, "baseline/1"),
        project_id=project_id,
        made_by=by,
        price=sold.price,
        cost=sold.cost,
        starts_on=period.starts_on,
        ends_before=period.ends_before or period.starts_on,
        roles=tuple(
            BaselineRole(
                role.staffing_role, role.minutes, role.price.amount, None if role.cost is None else role.cost.amount
            )
            for role in roles
        ),
        tasks=tuple(_frozen(task) for task in tasks),
    )


def compare(baseline: Baseline, tasks: Sequence[Task], *, period: Period, price: Money) -> list[Difference]:
    """The baseline and the plan of now, field by field, unchanged fields too."""
    return [*_of_the_whole(baseline, tasks, period, price), *_of_tasks(baseline, tasks)]


def planned_cost(baseline: Baseline, minutes: Mapping[str, int]) -> Money:
    """What the minutes planned now cost if an hour of each role costs what it was sold to cost."""
    changes = [
        role.cost * (minutes.get(role.staffing_role, 0) - role.minutes) / role.minutes
        for role in baseline.roles
        if role.cost is not None
    ]
    change = Money(sum(changes, Decimal()), baseline.cost.currency).rounded()
    return baseline.cost + change


def minutes_by_role(tasks: Sequence[Task]) -> dict[str, int]:
    """The minutes planned now for each staffing role."""
    minutes: dict[str, int] = {}
    for task in tasks:
        if task.staffing_role is not None:
            minutes[task.staffing_role] = minutes.get(task.staffing_role, 0) + task.minutes
    return minutes


def _frozen(task: Task) -> BaselineTask:
    return BaselineTask(task.id, task.wbs, task.name, task.minutes, task.starts_on, task.ends_before)


def _of_the_whole(baseline: Baseline, tasks: Sequence[Task], period: Period, price: Money) -> Iterator[Difference]:
    minutes = minutes_by_role(tasks)
    cost = planned_cost(baseline, minutes)
    finish = max(task.ends_before for task in baseline.tasks)
    yield Difference("starts_on", baseline.starts_on, period.starts_on)
    yield Difference("ends_before", baseline.ends_before, period.ends_before)
    yield Difference("plan_ends_before", finish, max(task.ends_before for task in tasks))
    yield Difference("price", baseline.price.amount, price.amount)
    yield Difference("cost", baseline.cost.amount, cost.amount)
    yield Difference("margin", baseline.margin.amount, (price - cost).amount)
    yield Difference("minutes", baseline.minutes, sum(minutes.values()))
    for role in baseline.roles:
        yield Difference(f"minutes/{role.staffing_role}", role.minutes, minutes.get(role.staffing_role, 0))


def _of_tasks(baseline: Baseline, tasks: Sequence[Task]) -> Iterator[Difference]:
    now = {task.id: _frozen(task) for task in tasks}
    for before in baseline.tasks:
        after = now.get(before.task_id)
        for field in ("name", "minutes", "starts_on", "ends_before"):
            yield Difference(field, getattr(before, field), getattr(after, field, None), before.wbs)
