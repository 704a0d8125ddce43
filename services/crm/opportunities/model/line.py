"""What is sold, line by line: time of a role by the hour, or a milestone for a fixed fee."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from services.crm.opportunities.model.estimate import time_value
from shared.errors import Invalid


class LineIncomplete(Invalid):
    """Time and materials needs a staffing role and minutes; a fixed-fee milestone needs its amount, and neither.

    Give what the billing method needs, and leave out what belongs to the other one.
    """


class BillingMethod(StrEnum):
    """How a sold line is billed."""

    TIME_AND_MATERIALS = "time_and_materials"
    FIXED_FEE_MILESTONE = "fixed_fee_milestone"


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


def time_and_materials(
    line_id: UUID,
    opportunity_id: UUID,
    *,
    description: str,
    product: str,
    staffing_role: str,
    minutes: int,
    hourly_rate: Decimal,
    currency: str,
) -> Line:
    """A line of time by role; its amount is minutes at the hourly rate, rounded to the smallest unit."""
    amount = time_value(minutes, hourly_rate, currency)
    method = BillingMethod.TIME_AND_MATERIALS
    return Line(line_id, opportunity_id, 0, description, method, product, amount, staffing_role, minutes, hourly_rate)


def fixed_fee(
    line_id: UUID,
    opportunity_id: UUID,
    *,
    description: str,
    product: str,
    amount: Decimal,
    milestone_due_on: date | None,
) -> Line:
    """A line for a milestone at a fixed fee."""
    method = BillingMethod.FIXED_FEE_MILESTONE
    return Line(
        line_id,
        opportunity_id,
        0,
        description,
        method,
        product,
        amount,
        milestone_due_on=milestone_due_on,
    )
