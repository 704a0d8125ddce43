"""Reading how far fixed fees are."""

from __future__ import annotations

from uuid import UUID

from services.billing.contracts.queries import contract as contract_found
from services.billing.progress.actions import measurements_of
from services.billing.progress.model import Measurement
from shared.work import Work


async def measured(work: Work, contract_id: UUID) -> list[Measurement]:
    """What was measured and stated on a contract, by day. Raises NoSuchContract."""
    contract = await contract_found(work, contract_id)
    return await measurements_of(work, contract)
