"""Which messages tell what people cost, which an administrator alone does not see anywhere."""

from __future__ import annotations

from shared.contracts.base import REGISTRY, Event
from shared.contracts.crm import OpportunityClosedWon
from shared.contracts.delivery import ProgressMeasured, StaffingRequested
from shared.contracts.resourcing import CostRateChanged
from shared.telemetry import routing_key

CONFIDENTIAL: tuple[type[Event], ...] = (CostRateChanged, OpportunityClosedWon, ProgressMeasured, StaffingRequested)


def is_confidential(event_type: str | None) -> bool:
    """Whether what a message says is for auditors only: it tells costs, or nobody knows what it tells."""
    if event_type is None or event_type not in REGISTRY:
        return True
    return routing_key(event_type) in {routing_key(kind.type) for kind in CONFIDENTIAL}
