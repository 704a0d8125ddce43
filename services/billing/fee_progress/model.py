"""A fixed fee billed by percent: everything up to the latest measurement, less what was billed before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from shared.errors import Conflict, Invalid
from shared.money import Money

PERCENT_RULE = "percent"
STATED = "stated"


class NotBilledByPercent(Conflict):
    """This line is not billed by percent.

    A percentage is stated on a fixed fee by percent; look at the method of the line.
    """


class StatedInFuture(Invalid):
    """Progress is not stated ahead.

    Leave `stated_on` out to state it as of today.
    """


@dataclass(frozen=True)
class Measurement:
    """How far a contract was on a day, or one line of it; the fraction is kept as it was told, never rounded."""

    id: UUID
    contract_id: UUID
    project_id: UUID
    contract_line_id: UUID | None
    method: str
    measured_on: date
    numerator: Decimal
    denominator: Decimal
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
    """The measurement that counts for a line: the latest day's, of the line or of the whole contract."""
    fitting = [one for one in measurements if one.contract_line_id in (None, line_id)]
    return max(fitting, key=lambda one: (one.measured_on, one.id), default=None)
