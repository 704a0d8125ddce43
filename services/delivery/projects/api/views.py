"""What callers see of projects."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field

from services.delivery.projects.model.milestone import MilestoneState
from services.delivery.projects.model.project import ProjectState, number_of
from services.delivery.projects.queries import Margin, ProjectInFull
from shared.contracts.base import Amount
from shared.web import View


class ProjectRow(View):
    """A project in the list."""

    id: UUID
    number: Annotated[str, BeforeValidator(number_of)] = Field(validation_alias="ordinal")
    name: str
    account_id: UUID
    account_name: str
    manager: str
    state: ProjectState
    starts_on: date
    ends_before: date
    currency: str


class FollowedTemplateView(View):
    """The template that the plan was made from, and the rule that chose it."""

    code: str
    name: str
    rule: str
    reason: str


class AfterView(View):
    task_id: UUID = Field(validation_alias="predecessor_id")
    lag_days: int


class TaskView(View):
    """A task of the plan; without a staffing role it sums up the tasks below it."""

    id: UUID
    parent_id: UUID | None
    wbs: str
    name: str
    staffing_role: str | None
    billing_line_id: UUID | None
    minutes: int
    days: int
    offset_days: int
    starts_on: date
    ends_before: date
    after: list[AfterView]


class TasksView(View):
    items: list[TaskView]


class MilestoneView(View):
    id: UUID
    project_id: UUID
    name: str
    due_on: date
    is_billed: bool
    billing_line_id: UUID | None
    state: MilestoneState
    reached_on: date | None
    accepted_on: date | None
    accepted_by: str | None


class MemberView(View):
    person_id: UUID
    name: str
    staffing_role: str
    kind: str
    minutes_per_day: int
    starts_on: date
    ends_before: date


class StaffingView(View):
    id: UUID
    staffing_role: str
    minutes: int
    skills: list[str]
    starts_on: date
    ends_before: date
    person_id: UUID | None
    booking_id: UUID | None


class BaselineRoleView(View):
    staffing_role: str
    minutes: int
    price: Amount
    cost: Amount | None


class BaselineView(View):
    """What was sold, as it was frozen."""

    price: Amount
    cost: Amount
    margin: Amount
    minutes: int
    starts_on: date
    ends_before: date
    made_by: str
    roles: list[BaselineRoleView]


class SoldView(View):
    price: Amount
    cost: Amount
    margin: Amount


class ActualView(View):
    value: Amount
    cost: Amount
    margin: Amount


class MarginView(View):
    """Sold, planned and actual margin; `burn` is the approved share of the sold minutes."""

    currency: str
    sold: SoldView
    planned: SoldView
    actual: ActualView
    sold_minutes: int
    approved_minutes: int
    burn: Amount
    uncosted_minutes: int
    unvalued_minutes: int
    invoiced: Amount
    recognised: Amount


class ProjectView(View):
    """A project with its plan and team; baseline and margin are for those who may see cost."""

    id: UUID
    number: str
    name: str
    state: ProjectState
    opportunity_id: UUID = Field(validation_alias="thread_id")
    handoff_id: UUID
    account_id: UUID
    account_name: str
    manager: str
    seller: str
    currency: str
    starts_on: date
    ends_before: date
    closed_on: date | None
    version: int
    template: FollowedTemplateView
    tasks: list[TaskView]
    milestones: list[MilestoneView]
    team: list[MemberView]
    staffing: list[StaffingView]
    baseline: BaselineView | None
    margin: MarginView | None


class DifferenceView(View):
    """One field as the baseline has it and as it is now; `task` is the WBS number where it is about a task."""

    task: str | None
    field: str
    baseline: str | None
    now: str | None
    is_changed: bool


class DifferencesView(View):
    items: list[DifferenceView]


def project_view(found: ProjectInFull) -> ProjectView:
    """A project as callers see it."""
    project = found.project
    template = {name: getattr(project, f"template_{name}") for name in FollowedTemplateView.model_fields}
    own = {name: getattr(project, name) for name in ProjectView.model_fields if hasattr(project, name)}
    return ProjectView.model_validate(
        own
        | {
            "thread_id": project.thread_id,
            "account_name": found.account_name,
            "currency": project.price.currency,
            "template": template,
            "team": found.team,
            "staffing": found.staffing,
            "baseline": found.margin and _baseline_view(found.margin),
            "margin": found.margin and _margin_view(found.margin),
        }
    )


def _baseline_view(margin: Margin) -> BaselineView:
    baseline = margin.baseline
    return BaselineView(
        price=baseline.price.amount,
        cost=baseline.cost.amount,
        margin=baseline.margin.amount,
        minutes=baseline.minutes,
        starts_on=baseline.starts_on,
        ends_before=baseline.ends_before,
        made_by=baseline.made_by,
        roles=[BaselineRoleView.model_validate(role) for role in baseline.roles],
    )


def _margin_view(margin: Margin) -> MarginView:
    baseline, actuals = margin.baseline, margin.actuals
    price, planned = baseline.price, margin.planned_cost
    return MarginView(
        currency=price.currency,
        sold=SoldView(price=price.amount, cost=baseline.cost.amount, margin=baseline.margin.amount),
        planned=SoldView(price=price.amount, cost=planned.amount, margin=(price - planned).amount),
        actual=ActualView(value=actuals.value, cost=actuals.cost, margin=actuals.value - actuals.cost),
        sold_minutes=baseline.minutes,
        approved_minutes=actuals.minutes,
        burn=_share(actuals.minutes, baseline.minutes),
        uncosted_minutes=actuals.uncosted_minutes,
        unvalued_minutes=actuals.unvalued_minutes,
        invoiced=actuals.invoiced,
        recognised=actuals.recognised,
    )


def _share(part: int, whole: int) -> Decimal:
    return (Decimal(part) / whole).quantize(Decimal("0.0001")) if whole else Decimal()
