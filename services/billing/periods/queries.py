"""Reading the months of the books."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, select

from services.billing.periods.model import PeriodStatus
from services.billing.periods.store import fiscal_periods
from services.billing.permissions import Permission
from shared.database import Page, page
from shared.period import Period
from shared.work import Work


async def periods(work: Work, *, legal_entity: str, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """The months of a legal entity that were ever posted into or closed, the latest first."""
    work.actor.must(Permission.SEE_LEDGER)
    rows = select(fiscal_periods).where(fiscal_periods.c.legal_entity == legal_entity)
    keys = (fiscal_periods.c.starts_on,)
    return await page(work.session, rows, keys=keys, cursor=cursor, limit=limit, descending=True)


async def month_of_books(work: Work, legal_entity: str, month: Period) -> Row[Any] | None:
    """One month of a legal entity; None where nothing was ever posted in it."""
    work.actor.must(Permission.SEE_LEDGER)
    wanted = select(fiscal_periods).where(
        fiscal_periods.c.legal_entity == legal_entity, fiscal_periods.c.starts_on == month.starts_on
    )
    return (await work.session.execute(wanted)).first()


async def to_close(work: Work, today: date, *, limit: int) -> Sequence[Row[Any]]:
    """The months that are over by `today` and not closed, of every legal entity, the earliest first."""
    work.actor.must(Permission.SEE_LEDGER)
    of = fiscal_periods.c
    wanted = select(fiscal_periods).where(of.ends_before <= today, of.status != PeriodStatus.CLOSED)
    return (await work.session.execute(wanted.order_by(of.starts_on, of.legal_entity).limit(limit))).all()
