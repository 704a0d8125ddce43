"""Reading who sells."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from services.crm.permissions import Permission
from services.crm.sales_people.store import sales_people
from shared.database import Page, page
from shared.work import Work


async def listed(work: Work, *, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """The sales people by name."""
    work.actor.must(Permission.SEE_RECORDS)
    columns = ("id", "name", "subject", "manager", "office")
    rows = select(*(sales_people.c[name] for name in columns))
    return await page(work.session, rows, keys=(sales_people.c.name, sales_people.c.id), cursor=cursor, limit=limit)
