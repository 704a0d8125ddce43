"""A meter: how much of a limit is used."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID


class MeterKind(StrEnum):
    """What is limited."""

    PURCHASE_ORDER = "purchase_order"
    CAP = "cap"
    PROGRESS = "progress"
    RETAINER = "retainer"
    DEPOSIT = "deposit"


@dataclass(frozen=True)
class Meter:
    """How much of a limit is used, in money or, for the month of a retainer, in minutes; without a limit, just used."""

    kind: MeterKind
    name: str
    used: Decimal
    limit: Decimal | None
    contract_line_id: UUID | None = None
    is_minutes: bool = False

    @property
    def share(self) -> Decimal:
        """How much of the limit is used, 1 for all of it, more for beyond."""
        if not self.limit:
            return Decimal(1) if self.limit is not None and self.used else Decimal()
        return (self.used / self.limit).quantize(Decimal("0.0001"))
