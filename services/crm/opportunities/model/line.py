"""What is sold, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.crm.opportunities.model.estimate import time_value
from services.crm.opportunities.model.terms import NO_TERMS, BillingMethod, LineTerms


@dataclass(eq=False)
class Line:
    """One sold line; its id is the billing line that work is charged to later."""

    id: UUID
    opportunity_id: UUID
    position: int
    description: str
    method: BillingMethod
    product: str
    amount: Decimal
    staffing_role: str | None = None
    minutes: int | None = None
    hourly_rate: Decimal | None = None
    milestone_due_on: date | None = None
    terms: LineTerms = NO_TERMS


def hours(
    line_id: UUID,
    opportunity_id: UUID,
    *,
    description: str,
    product: str,
    staffing_role: str,
    minutes: int,
    hourly_rate: Decimal,
    currency: str,
    terms: LineTerms = NO_TERMS,
) -> Line:
    """A line of time by role: minutes at the hourly rate, rounded to the smallest unit, and no more than its cap."""
    amount = time_value(minutes, hourly_rate, currency)
    method = BillingMethod.TIME_AND_MATERIALS
    if terms.cap is not None:
        amount, method = min(amount, terms.cap), BillingMethod.TIME_AND_MATERIALS_CAPPED
    return Line(
        line_id,
        opportunity_id,
        0,
        description,
        method,
        product,
        amount,
        staffing_role,
        minutes,
        hourly_rate,
        terms=terms,
    )


def fixed_sum(
    line_id: UUID,
    opportunity_id: UUID,
    *,
    description: str,
    product: str,
    amount: Decimal,
    method: BillingMethod = BillingMethod.FIXED_FEE_MILESTONE,
    milestone_due_on: date | None = None,
    terms: LineTerms = NO_TERMS,
) -> Line:
    """A line for a sum: a fee, by milestone or by percent, or what expenses are expected to come to."""
    return Line(
        line_id,
        opportunity_id,
        0,
        description,
        method,
        product,
        amount,
        milestone_due_on=milestone_due_on,
        terms=terms,
    )


def retainer(
    line_id: UUID,
    opportunity_id: UUID,
    *,
    description: str,
    product: str,
    monthly_fee: Decimal,
    months: int,
    staffing_role: str | None,
    terms: LineTerms,
) -> Line:
    """A line for a fee every month; its amount and its minutes are those of all months."""
    minutes = None if terms.monthly_minutes is None else terms.monthly_minutes * months
    method = BillingMethod.RETAINER
    return Line(
        line_id,
        opportunity_id,
        0,
        description,
        method,
        product,
        monthly_fee * months,
        staffing_role,
        minutes,
        terms=terms,
    )
