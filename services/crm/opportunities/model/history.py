"""A deal that comes from another system: its stage and its days as they were there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid5

from services.crm.opportunities.model.opportunity import StageEntry
from services.crm.opportunities.model.stage import Outcome, Stage

ENGAGED = "engaging"


@dataclass(frozen=True)
class ImportedDeal:
    """What another system knew of a deal; a closed one is history, of which nothing follows."""

    id: UUID
    name: str
    currency: str
    account_id: UUID | None
    owner: str
    stage: str
    engaged_on: date | None
    closed_on: date | None
    amount: Decimal

    def way(self, stages: Mapping[str, Stage]) -> list[StageEntry]:
        """The stages it is known to have come into, each with the probability that deals have there."""
        steps: list[tuple[str, date | None]] = []
        if self.engaged_on is not None and ENGAGED in stages:
            steps.append((ENGAGED, self.engaged_on))
        if not steps or self.stage != ENGAGED:
            steps.append((self.stage, self.closed_on))
        return [self._entry(position, stages[code], on) for position, (code, on) in enumerate(steps, start=1)]

    def is_history(self, stages: Mapping[str, Stage]) -> bool:
        """Whether it came closed."""
        return stages[self.stage].outcome is not Outcome.OPEN

    def _entry(self, position: int, stage: Stage, on: date | None) -> StageEntry:
        entry_id = uuid5(self.id, f"stage/{position}")
        return StageEntry(
            entry_id, self.id, position, stage.code, stage.probability, stage.forecast_category, on, "import"
        )
