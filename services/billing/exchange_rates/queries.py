"""Reading exchange rates."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.billing.exchange_rates.model import NoSuchExchangeRate
from services.billing.exchange_rates.store import exchange_rates, latest_first
from services.billing.permissions import Permission
from shared.database import Page, page
from shared.work import Work


async def listed(
    work: Work, *, currency: str | None = None, on: date | None = None, cursor: str | None, limit: int
) -> Page[Row[Any]]:
    """Rates, the latest first, those that were corrected as well; of one currency, or that cover a day."""
    work.actor.must(Permission.SEE_LEDGER)
    one = exchange_rates.c
    wanted = latest_first()
    if currency is not None:
        wanted = wanted.where((one.base_currency == currency) | (one.quote_currency == currency))
    if on is not None:
        wanted = wanted.where(one.starts_on <= on, one.ends_before > on)
    return await page(work.session, wanted, keys=(one.starts_on, one.id), cursor=cursor, limit=limit, descending=True)


async def exchange_rate(work: Work, rate_id: UUID) -> Row[Any]:
    """One rate; raises NoSuchExchangeRate."""
    work.actor.must(Permission.SEE_LEDGER)
    found: Row[Any] | None = (
        await work.session.execute(latest_first().where(exchange_rates.c.id == rate_id))
    ).one_or_none()
    if found is None:
        raise NoSuchExchangeRate()
    return found
