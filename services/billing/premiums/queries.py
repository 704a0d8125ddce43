"""Reading premiums."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Uuid, column, select, table

from services.billing.customers.store import customers
from services.billing.permissions import Permission
from services.billing.premiums import store
from services.billing.premiums.model import PremiumKind
from services.billing.premiums.store import premiums
from shared.database import LIMIT_MAX, Page, page
from shared.work import Work

contracts = table("contracts", column("id", Uuid), column("number"), column("name"))


async def listed(work: Work, *, contract_id: UUID | None = None, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """Premiums by the days that they are for and from when on, with the names of contracts and customers."""
    work.actor.must(Permission.SEE_CONTRACTS)
    found = (
        select(premiums, contracts.c.number.label("contract_number"), customers.c.name.label("customer_name"))
        .outerjoin(contracts, contracts.c.id == premiums.c.contract_id)
        .outerjoin(customers, customers.c.id == premiums.c.customer_id)
    )
    if contract_id is not None:
        found = found.where(premiums.c.contract_id == contract_id)
    keys = (premiums.c.kind, premiums.c.starts_on, premiums.c.id)
    return await page(work.session, found, keys=keys, cursor=cursor, limit=limit)


async def contracts_to_choose(work: Work) -> list[tuple[UUID, str]]:
    """The first contracts by number."""
    work.actor.must(Permission.SEE_CONTRACTS)
    found = await work.session.execute(select(contracts).order_by(contracts.c.number).limit(LIMIT_MAX))
    return [(row.id, f"{row.number} {row.name}") for row in found]


async def holidays_with_premium(work: Work) -> list[tuple[UUID, date]]:
    """The public holidays of every premium on them, up to the end of next year: work is valued once it is done."""
    found = await store.of_kind(work, PremiumKind.HOLIDAY)
    return [(one.id, day) for one in found for day in store.days_of(one, until=work.now.year + 1)]
