"""Reading contracts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from services.billing.contracts.model import Contract, ContractStatus, NoSuchContract
from services.billing.contracts.store import contracts
from services.billing.permissions import Permission
from shared.database import Page, page
from shared.work import Work


async def contract(work: Work, contract_id: UUID) -> Contract:
    """One contract with its lines. Raises NoSuchContract."""
    work.actor.must(Permission.SEE_CONTRACTS)
    found = await work.session.scalar(select(Contract).where(contracts.c.id == contract_id))
    if found is None:
        raise NoSuchContract()
    return found


async def listed(
    work: Work,
    *,
    status: ContractStatus | None,
    customer_id: UUID | None,
    opportunity_id: UUID | None,
    cursor: str | None,
    limit: int,
) -> Page[Row[Any]]:
    """Contracts by number, narrowed by what is given."""
    work.actor.must(Permission.SEE_CONTRACTS)
    wanted = select(contracts)
    if status is not None:
        wanted = wanted.where(contracts.c.status == status)
    if customer_id is not None:
        wanted = wanted.where(contracts.c.customer_id == customer_id)
    if opportunity_id is not None:
        wanted = wanted.where(contracts.c.opportunity_id == opportunity_id)
    return await page(work.session, wanted, keys=(contracts.c.number,), cursor=cursor, limit=limit)
