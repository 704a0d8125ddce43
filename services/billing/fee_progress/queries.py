"""Reading how far fixed fees are."""

from __future__ import annotations

from uuid import UUID

from services.billing.contracts.queries import contract as contract_found
from services.billing.fee_progress import store
from services.billing.fee_progress.model import Measurement
from shared.work import Work


async def measured(work: Work, contract_id: UUID) -> list[Measurement]:
    """What was measured and stated on a contract, by day. Raises NoSuchContract."""
    await contract_found(work, contract_id)
    return await store.of_contract(work, contract_id)
