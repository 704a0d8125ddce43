"""Reading customers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from services.billing.customers.store import customers
from services.billing.permissions import Permission
from shared.database import Page, page
from shared.work import Work


async def listed(work: Work, *, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """Customers by id."""
    work.actor.must(Permission.SEE_CONTRACTS)
    return await page(work.session, select(customers), keys=(customers.c.id,), cursor=cursor, limit=limit)
