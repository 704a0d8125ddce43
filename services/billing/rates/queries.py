"""Reading rates."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from services.billing.permissions import Permission
from services.billing.rates.model import Rate, Scope
from services.billing.rates.store import rate_of, rates
from shared.database import Page, page
from shared.work import Work


async def listed(
    work: Work, *, scope: Scope | None, contract_line_id: UUID | None, cursor: str | None, limit: int
) -> Page[Rate]:
    """Rates by what they are for and from when on."""
    work.actor.must(Permission.SEE_CONTRACTS)
    wanted = select(rates)
    if scope is not None:
        wanted = wanted.where(rates.c.scope == scope)
    if contract_line_id is not None:
        wanted = wanted.where(rates.c.contract_line_id == contract_line_id)
    keys = (rates.c.reach, rates.c.starts_on, rates.c.id)
    found = await page(work.session, wanted, keys=keys, cursor=cursor, limit=limit)
    return Page([rate_of(row) for row in found.items], found.next)
