"""A measurement of how far a project or one of its sold lines is; the fraction is kept as measured, unrounded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from shared.money import Money

STATED = "stated"
"""The method of what was stated here to be billed; delivery measures by the others."""


class Measure(StrEnum):
    """What delivery measures progress by."""

    COST = "cost"
    HOURS = "hours"
    TASK = "task"
    MILESTONE = "milestone"
    MANUAL = "manual"


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
    reason: str = ""

    def of(self, fee: Decimal, currency: str) -> Decimal:
        """That much of `fee`, rounded half up once; never less than nothing or more than all of it."""
        if self.denominator <= 0 or self.numerator <= 0:
            return Decimal()
        if self.numerator >= self.denominator:
            return fee
        return Money(fee * self.numerator / self.denominator, currency).rounded().amount

    @property
    def percent(self) -> Decimal:
        """How far, in percent and to two places, for people to read."""
        if self.denominator <= 0:
            return Decimal()
        return min(max(self.numerator / self.denominator, Decimal()), Decimal(1)).quantize(Decimal("0.0001")) * 100


def latest(measurements: Iterable[Measurement], line_id: UUID) -> Measurement | None:
    """The measurement that counts for a line: the latest day's, of the line itself before that of the whole project."""
    fitting = [one for one in measurements if one.contract_line_id in (None, line_id)]
    return max(fitting, key=lambda one: (one.measured_on, one.contract_line_id is not None, one.id), default=None)
