"""How far a project is: a fraction that is kept unrounded, and what it was measured by."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from shared.errors import Conflict, Invalid
from shared.money import Money
from shared.reasons import because

MINUTES_AN_HOUR = 60


class MeasurementExists(Conflict):
    """There is a measurement with this id already, and measurements never change.

    Send a new id: the latest measurement counts.
    """


class MeasuredInFuture(Invalid):
    """Progress cannot be measured on a day that is still to come.

    Give the day as of which you know it, or leave it out for today.
    """


class LineNotSold(Invalid):
    """The project has no such sold line.

    Choose one of the project's lines, or leave it out for the whole project.
    """


class NothingToMeasureBy(Conflict):
    """There is nothing to measure progress by: no work, no cost or no milestone is planned here.

    Plan it, or measure by something else.
    """


class CostUnknown(Conflict):
    """Some of the work has no known cost, so that progress by cost would be a guess.

    Have the cost rates completed, give `cost_at_completion` where a role has no sold cost, or measure otherwise.
    """


class ReasonMissing(Invalid):
    """Progress that is set by hand, or is more than everything, needs a reason.

    Say in `reason` how you know it, or plan what is still to be done.
    """


class FractionMissing(Invalid):
    """Progress by hand is a fraction: what is done, out of what.

    Give `fraction_numerator` and `fraction_denominator`.
    """


class NotOfThisMeasure(Invalid):
    """This does not belong to progress that is measured so.

    Leave it out, or choose the method that it belongs to.
    """


class NoSuchTaskDone(Invalid):
    """The plan has no such task, or it only sums up others.

    Name tasks of this project, of the line if one is given.
    """


class ProgressMethod(StrEnum):
    """What progress is measured by."""

    HOURS = "hours"
    COST = "cost"
    TASK = "task"
    MILESTONE = "milestone"
    MANUAL = "manual"


@dataclass(frozen=True)
class Asked:
    """What to measure and by what, with what only whoever asks can know."""

    method: ProgressMethod
    measured_on: date
    billing_line_id: UUID | None = None
    reason: str = ""
    fraction_numerator: Decimal | None = None
    fraction_denominator: Decimal | None = None
    done_task_ids: Collection[UUID] | None = None
    minutes_at_completion: int | None = None
    cost_at_completion: Decimal | None = None


ONLY_OF = {
    "fraction_numerator": ProgressMethod.MANUAL,
    "fraction_denominator": ProgressMethod.MANUAL,
    "done_task_ids": ProgressMethod.TASK,
    "minutes_at_completion": ProgressMethod.HOURS,
    "cost_at_completion": ProgressMethod.COST,
}


@dataclass(frozen=True)
class PlannedTask:
    """What a task takes, and what an hour of its role was sold to cost."""

    minutes: int
    hourly_cost: Decimal | None


@dataclass(frozen=True)
class Facts:
    """What is known of a project or a line as of a day; uncosted work is approved, but what it cost is not known."""

    currency: str
    minutes: int
    uncosted_minutes: int
    cost: Decimal
    tasks: Mapping[UUID, PlannedTask]
    milestones: int
    milestones_reached: int

    @property
    def planned_minutes(self) -> int:
        """What all tasks take."""
        return sum(task.minutes for task in self.tasks.values())

    @property
    def planned_cost(self) -> Decimal:
        """What all tasks were sold to cost, as they are planned now; raises CostUnknown."""
        exact = Decimal()
        for task in self.tasks.values():
            if task.hourly_cost is None:
                raise CostUnknown(field="/cost_at_completion")
            exact += task.hourly_cost * task.minutes / MINUTES_AN_HOUR
        return Money(exact, self.currency).rounded().amount


@dataclass(frozen=True)
class Progress:
    """The fraction done, `numerator` / `denominator`; by cost also what it was measured from."""

    numerator: Decimal
    denominator: Decimal
    cost_to_date: Decimal | None = None
    cost_at_completion: Decimal | None = None


def measure(asked: Asked, facts: Facts) -> Progress:
    """The progress that is asked for.

    Raises NotOfThisMeasure, FractionMissing, NoSuchTaskDone, CostUnknown, NothingToMeasureBy, ReasonMissing.
    """
    for name, method in ONLY_OF.items():
        if getattr(asked, name) is not None and method is not asked.method:
            raise NotOfThisMeasure(
                because("`%(name)s` belongs to progress by %(method)s.", name=name, method=method), field=f"/{name}"
            )
    progress = _measured(asked, facts)
    if progress.denominator <= 0:
        raise NothingToMeasureBy()
    by_hand = asked.method is ProgressMethod.MANUAL
    if (by_hand or progress.numerator > progress.denominator) and not asked.reason.strip():
        raise ReasonMissing(field="/reason")
    return progress


def _measured(asked: Asked, facts: Facts) -> Progress:
    match asked.method:
        case ProgressMethod.HOURS:
            whole = facts.planned_minutes if asked.minutes_at_completion is None else asked.minutes_at_completion
            return Progress(Decimal(facts.minutes), Decimal(whole))
        case ProgressMethod.COST:
            return _by_cost(asked, facts)
        case ProgressMethod.TASK:
            return _by_task(asked, facts)
        case ProgressMethod.MILESTONE:
            return Progress(Decimal(facts.milestones_reached), Decimal(facts.milestones))
        case ProgressMethod.MANUAL:
            if asked.fraction_numerator is None or asked.fraction_denominator is None:
                raise FractionMissing(field="/fraction_numerator")
            return Progress(asked.fraction_numerator, asked.fraction_denominator)


def _by_cost(asked: Asked, facts: Facts) -> Progress:
    if facts.uncosted_minutes:
        raise CostUnknown(
            because("%(uncosted_minutes)s approved minutes have no cost yet.", uncosted_minutes=facts.uncosted_minutes)
        )
    whole = facts.planned_cost if asked.cost_at_completion is None else asked.cost_at_completion
    return Progress(facts.cost, whole, facts.cost, whole)


def _by_task(asked: Asked, facts: Facts) -> Progress:
    done = set(asked.done_task_ids or ())
    if strange := done - facts.tasks.keys():
        raise NoSuchTaskDone(because("The plan has no task %(task)s.", task=str(min(strange))), field="/done_task_ids")
    return Progress(Decimal(sum(facts.tasks[one].minutes for one in done)), Decimal(facts.planned_minutes))
