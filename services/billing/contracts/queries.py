"""Reading contracts."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Row, or_, select

from services.billing.contracts.model import Contract, ContractStatus, NoSuchContract
from services.billing.contracts.store import contracts
from services.billing.customers.store import customers
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


async def contracts_by_number(work: Work, contract_ids: Collection[UUID]) -> list[Contract]:
    """Some contracts with their lines, by number."""
    work.actor.must(Permission.SEE_CONTRACTS)
    wanted = select(Contract).where(contracts.c.id.in_(contract_ids)).order_by(contracts.c.number)
    return list(await work.session.scalars(wanted))


async def customer_name(work: Work, customer_id: UUID) -> str:
    """The name of a contract's customer."""
    work.actor.must(Permission.SEE_CONTRACTS)
    return str(await work.session.scalar(select(customers.c.name).where(customers.c.id == customer_id)))


async def listed(
    work: Work,
    *,
    status: ContractStatus | None = None,
    customer_id: UUID | None = None,
    opportunity_id: UUID | None = None,
    words: str = "",
    descending: bool = False,
    cursor: str | None,
    limit: int,
) -> Page[Row[Any]]:
    """Contracts by number, narrowed by what is given; `words` are of the number or of either name."""
    work.actor.must(Permission.SEE_CONTRACTS)
    named = customers.c.name
    wanted = select(contracts, named.label("customer_name")).join(customers, customers.c.id == contracts.c.customer_id)
    if status is not None:
        wanted = wanted.where(contracts.c.status == status)
    if customer_id is not None:
        wanted = wanted.where(contracts.c.customer_id == customer_id)
    if opportunity_id is not None:
        wanted = wanted.where(contracts.c.opportunity_id == opportunity_id)
    if words:
        fields = (contracts.c.number, contracts.c.name, named)
        wanted = wanted.where(or_(*(one.icontains(words, autoescape=True) for one in fields)))
    keys = (contracts.c.number,)
    return await page(work.session, wanted, keys=keys, cursor=cursor, limit=limit, descending=descending)
