"""Reading adjustments."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from services.billing.adjustments.store import work_adjustments
from services.billing.permissions import Permission
from services.billing.work_in_progress import queries as work_in_progress
from shared.database import Page, page
from shared.work import Work


async def of_item(
    work: Work, item_id: UUID, *, descending: bool = False, cursor: str | None, limit: int
) -> Page[Row[Any]]:
    """What changed the worth of an item, in order or the other way round. Raises NoSuchItem."""
    work.actor.must(Permission.SEE_WORK_IN_PROGRESS)
    await work_in_progress.one(work, item_id)
    rows = select(work_adjustments).where(work_adjustments.c.item_id == item_id)
    keys = (work_adjustments.c.turn,)
    return await page(work.session, rows, keys=keys, cursor=cursor, limit=limit, descending=descending)
