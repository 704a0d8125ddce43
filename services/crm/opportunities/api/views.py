"""How a deal is shown."""

from __future__ import annotations

from datetime import date
from typing import Self
from uuid import UUID

from services.crm.opportunities.model import (
    BillingMethod,
    ForecastCategory,
    LossReason,
    Opportunity,
    Outcome,
    RecognitionMethod,
)
from shared.contracts.base import Amount
from shared.web import View


class LineView(View):
    """One sold line; its id is the billing line that work is charged to later."""

    id: UUID
    position: int
    description: str
    method: BillingMethod
    product: str
    amount: Amount
    staffing_role: str | None
    minutes: int | None
    hourly_rate: Amount | None
    milestone_due_on: date | None
    cap: Amount | None
    months: int | None
    monthly_fee: Amount | None
    monthly_minutes: int | None
    rollover_months: int | None
    overage_rate: Amount | None
    markup_percent: Amount | None
    is_agent: bool
    recognition_method: RecognitionMethod | None


class EstimateRoleView(View):
    """Planned work of one role; `hourly_cost` only for those who may see costs."""

    staffing_role: str
    minutes: int
    hourly_price: Amount
    hourly_cost: Amount | None
    line_id: UUID | None
    skills: list[str]


class EstimateView(View):
    """The services estimate; cost and margin only for those who may see costs. `margin_share` is of the price."""

    price: Amount
    cost: Amount | None
    margin: Amount | None
    margin_share: Amount | None
    roles: list[EstimateRoleView]


class StageEntryView(View):
    """A stage that the deal came into, and how likely it seemed then."""

    stage: str
    probability: Amount
    forecast_category: ForecastCategory
    entered_on: date | None
    entered_by: str


class OpportunityRow(View):
    """A deal in a list."""

    id: UUID
    number: str
    name: str
    account_id: UUID | None
    owner: str | None
    stage: str
    probability: Amount
    forecast_category: ForecastCategory
    amount: Amount
    currency: str
    closes_on: date | None
    closed_on: date | None
    imported: bool
    version: int


class OpportunityView(OpportunityRow):
    """A deal with its lines, its estimate and its way through the pipeline."""

    outcome: Outcome
    starts_on: date | None
    ends_before: date | None
    purchase_order: str | None
    payment_terms_days: int | None
    project_template: str | None
    next_step: str
    purchase_order_budget: Amount | None
    billing_increment_minutes: int | None
    deposit: Amount | None
    quote_reference: str | None
    override_reason: str | None
    loss_reason: LossReason | None
    loss_note: str
    is_returned: bool
    revision: int
    correction: str | None
    lines: list[LineView]
    history: list[StageEntryView]
    estimate: EstimateView | None = None

    @classmethod
    def of(cls, opportunity: Opportunity, *, with_cost: bool) -> Self:
        """Show `opportunity`, with what it costs us where that may be seen."""
        return cls.model_validate({**_read(cls, opportunity), "estimate": estimate_of(opportunity, with_cost)})


def estimate_of(opportunity: Opportunity, with_cost: bool) -> EstimateView | None:
    """The estimate of a deal, without what only those see who may see costs; none before there is one."""
    if not opportunity.roles:
        return None
    sums = opportunity.estimate
    roles = [EstimateRoleView.model_validate(role) for role in opportunity.roles]
    if not with_cost:
        roles = [role.model_copy(update={"hourly_cost": None}) for role in roles]
        return EstimateView(price=sums.price, cost=None, margin=None, margin_share=None, roles=roles)
    return EstimateView(
        price=sums.price, cost=sums.cost, margin=sums.margin, margin_share=sums.margin_share, roles=roles
    )


def _read(view: type[View], opportunity: Opportunity) -> dict[str, object]:
    return {name: getattr(opportunity, name) for name in view.model_fields if name != "estimate"}
