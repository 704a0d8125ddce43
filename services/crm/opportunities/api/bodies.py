"""What callers send about a deal."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.crm.opportunities.actions import LineDetails, PlannedRole
from services.crm.opportunities.model import BillingMethod, LineTerms, LossReason, RecognitionMethod
from shared.contracts.base import Amount, Currency
from shared.web import Body

Words = Annotated[str, Field(max_length=200)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Note = Annotated[str, Field(max_length=2000)]
Minutes = Annotated[int, Field(gt=0, le=60 * 24 * 366 * 100, description="integer minutes")]
Price = Annotated[Amount, Field(ge=0, le=10**12)]

Increment = Annotated[int, Field(gt=0, le=480, description="time is billed in steps of so many minutes")]
Months = Annotated[int, Field(ge=0, le=120)]


class OpportunityBody(Body):
    """A new deal; without `owner` it belongs to whoever creates it."""

    name: Name
    currency: Currency
    stage: Words = "prospecting"
    amount: Price = Decimal()
    account_id: UUID | None = None
    owner: Words | None = None
    closes_on: date | None = None
    starts_on: date | None = None
    ends_before: date | None = None
    purchase_order: Words | None = None
    payment_terms_days: Annotated[int, Field(ge=0, le=365)] | None = None
    project_template: Words | None = None
    next_step: Note = ""
    purchase_order_budget: Price | None = None
    billing_increment_minutes: Increment | None = None
    deposit: Price | None = None


class OpportunityChanges(Body):
    """What changes of a deal; what is left out stays."""

    name: Name = ""
    currency: Currency = ""
    amount: Price | None = None
    account_id: UUID | None = None
    owner: Words | None = None
    closes_on: date | None = None
    starts_on: date | None = None
    ends_before: date | None = None
    purchase_order: Words | None = None
    payment_terms_days: Annotated[int, Field(ge=0, le=365)] | None = None
    project_template: Words | None = None
    next_step: Note = ""
    purchase_order_budget: Price | None = None
    billing_increment_minutes: Increment | None = None
    deposit: Price | None = None


class LineBody(Body):
    """A line; what it needs and may say depends on the method.

    - `time_and_materials`: role and minutes; rate and product come from the price book where they are left out
    - `time_and_materials_capped`: the same, and the `cap` that its hours come to at most
    - `fixed_fee_milestone`: an amount, perhaps `milestone_due_on`; `fixed_fee_percent`: an amount
    - `retainer`: `monthly_fee` and `months`; perhaps the minutes it pays for, how long unused ones stay good, and what
      an hour beyond them costs
    - `expense`: perhaps an expected amount, a markup in percent, and whether we only pass it on as an agent

    `recognition_method` is the one that goes with the method if left out.
    """

    description: Name
    method: BillingMethod
    product: Words | None = None
    staffing_role: Name | None = None
    minutes: Minutes | None = None
    hourly_rate: Price | None = None
    amount: Price | None = None
    milestone_due_on: date | None = None
    cap: Amount | None = None
    months: Annotated[Months, Field(gt=0)] | None = None
    monthly_fee: Price | None = None
    monthly_minutes: Minutes | None = None
    rollover_months: Months | None = None
    overage_rate: Price | None = None
    markup_percent: Annotated[Amount, Field(ge=0, le=1000)] | None = None
    is_agent: bool = False
    recognition_method: RecognitionMethod | None = None

    def details(self) -> LineDetails:
        """The line as the action takes it."""
        names = {one.name for one in fields(LineTerms)}
        return LineDetails(**self.model_dump(exclude=names), terms=LineTerms(**self.model_dump(include=names)))


class PlannedRoleBody(Body):
    """Planned work of one role; price and cost of an hour come from the line or the price book if left out."""

    staffing_role: Name
    minutes: Minutes
    hourly_price: Price | None = None
    hourly_cost: Price | None = None
    line_id: UUID | None = None
    skills: list[Name] = Field(default=[], max_length=50)


class EstimateBody(Body):
    """The whole services estimate, in place of the one before."""

    roles: list[PlannedRoleBody] = Field(min_length=1, max_length=100)

    def planned(self) -> list[PlannedRole]:
        """The roles as the action takes them."""
        return [PlannedRole(**role.model_dump() | {"skills": tuple(role.skills)}) for role in self.roles]


class StageBody(Body):
    """The open stage to move into."""

    stage: Name


class WonBody(Body):
    """The accepted quote, or why there is none; `closed_on` is today if left out."""

    quote_reference: Name | None = None
    override_reason: Annotated[str, Field(min_length=1, max_length=2000)] | None = None
    closed_on: date | None = None


class AnewBody(Body):
    """What was put right since delivery returned the deal; without a quote or a reason the former one stays."""

    correction: Annotated[str, Field(min_length=1, max_length=2000)]
    quote_reference: Name | None = None
    override_reason: Annotated[str, Field(min_length=1, max_length=2000)] | None = None


class LostBody(Body):
    """Why the deal was lost; `closed_on` is today if left out."""

    reason: LossReason
    note: Note = ""
    closed_on: date | None = None
