"""Taking over what was measured."""

from __future__ import annotations

from services.billing.contracts.model import Contract
from services.billing.progress import store
from services.billing.progress.model import Measurement
from shared.work import Work


async def keep_measurement(work: Work, measurement: Measurement) -> bool:
    """Keep how far sold work is; whether it is news. What was kept before changes nothing."""
    return await store.add_new(work, measurement)


async def measurements_of(work: Work, contract: Contract) -> list[Measurement]:
    """What was measured of a contract's project and its lines, and stated before it had a project, by day."""
    return await store.of_projects(work, {contract.project_id or contract.id, contract.id})
