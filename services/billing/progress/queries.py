"""Reading measured progress."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from services.billing.permissions import Permission
from services.billing.progress.store import progress_measurements
from shared.database import Page, page
from shared.work import Work


async def measurements(work: Work, project_id: UUID, *, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """How far a project and its lines were, the latest first."""
    work.actor.must(Permission.SEE_CONTRACTS)
    rows = select(progress_measurements).where(progress_measurements.c.project_id == project_id)
    keys = (progress_measurements.c.measured_on, progress_measurements.c.id)
    return await page(work.session, rows, keys=keys, cursor=cursor, limit=limit, descending=True)
