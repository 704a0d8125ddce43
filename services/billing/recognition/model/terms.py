"""The policies on which a contract's revenue is recognised, and materials that wait to be installed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.billing.progress.model import Measure
from shared.errors import Conflict, Invalid


class NotMeasured(Conflict):
    """The revenue of this contract line does not follow from its cost.

    Record materials on a line that is recognised by cost to cost.
    """


class CostsNothing(Invalid):
    """Materials that are recorded have a cost.

    Give the amount that they cost, net, in the currency of the contract.
    """


@dataclass(eq=False)
class RecognitionTerms:
    """How exactly a contract reckons with percentages, of which measurements, and whether it provides for losses.

    By cost is the rule; where another measure shows better what the customer has got, only that one counts.
    """

    id: UUID
    percent_precision: int | None = None
    provides_for_losses: bool = False
    measured_by: Measure = Measure.COST
    version: int = 1


@dataclass(frozen=True)
class UninstalledMaterials:
    """Materials that the customer has and nobody has installed yet: sold at their cost, and no sign of progress."""

    id: UUID
    contract_line_id: UUID
    delivered_on: date
    cost: Decimal
    description: str
    recorded_by: str
