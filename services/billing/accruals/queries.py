"""Reading accruals."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Row, select

from services.billing.accruals.model import Accrual
from services.billing.accruals.store import revenue_accruals
from services.billing.permissions import Permission
from shared.database import Page, page
from shared.work import Work


async def accruals(
    work: Work, *, legal_entity: str, starts_on: date | None, cursor: str | None, limit: int
) -> Page[Any]:
    """What was accrued by a legal entity, or at the end of one of its months."""
    work.actor.must(Permission.SEE_LEDGER)
    rows = select(revenue_accruals).where(revenue_accruals.c.legal_entity == legal_entity)
    if starts_on is not None:
        rows = rows.where(revenue_accruals.c.period_starts_on == starts_on)
    keys = (revenue_accruals.c.period_starts_on, revenue_accruals.c.id)
    found = await page(work.session, rows, keys=keys, cursor=cursor, limit=limit)
    return Page([_accrual(row) for row in found.items], found.next)


def _accrual(row: Row[Any]) -> Accrual:
    return Accrual(**{name: getattr(row, name) for name in Accrual.__dataclass_fields__})
