"""Reading customers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from services.billing.customers.model import Customer, NoSuchCustomer
from services.billing.customers.store import customers, find
from services.billing.permissions import Permission
from shared.database import LIMIT_MAX, Page, page
from shared.work import Work


async def listed(work: Work, *, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """Customers by id."""
    work.actor.must(Permission.SEE_CONTRACTS)
    return await page(work.session, select(customers), keys=(customers.c.id,), cursor=cursor, limit=limit)


async def customer(work: Work, customer_id: UUID) -> Customer:
    """One customer. Raises NoSuchCustomer."""
    work.actor.must(Permission.SEE_CONTRACTS)
    found = await find(work, customer_id)
    if found is None:
        raise NoSuchCustomer()
    return found


async def customers_to_choose(work: Work) -> list[tuple[UUID, str]]:
    """The first customers by name."""
    work.actor.must(Permission.SEE_CONTRACTS)
    found = await work.session.execute(select(customers).order_by(customers.c.name).limit(LIMIT_MAX))
    return [(row.id, row.name) for row in found]
