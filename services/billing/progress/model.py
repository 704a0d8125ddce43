"""A measurement of how far a project or one of its sold lines is; the fraction is kept as measured, unrounded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True)
class Measurement:
    """`numerator` of `denominator` was done on the evening of `measured_on`; a measurement is never changed."""

    id: UUID
    project_id: UUID
    contract_line_id: UUID | None
    method: str
    measured_on: date
    numerator: Decimal
    denominator: Decimal
    cost_to_date: Decimal | None
    cost_at_completion: Decimal | None
    currency: str
    measured_by: str
