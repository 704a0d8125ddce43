"""What people see of progress."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from services.delivery.progress.store import measurements
from services.delivery.projects.queries import visible_margin
from shared.database import Page, page
from shared.work import Work


async def list_measurements(work: Work, project_id: UUID, *, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """How far a project whose cost one may see was, the latest first."""
    await visible_margin(work, project_id)
    rows = select(measurements).where(measurements.c.project_id == project_id)
    keys = (measurements.c.measured_on, measurements.c.id)
    return await page(work.session, rows, keys=keys, cursor=cursor, limit=limit, descending=True)


async def measurement(work: Work, measurement_id: UUID) -> Row[Any]:
    """A measurement that somebody has just made."""
    rows = select(measurements).where(measurements.c.id == measurement_id)
    return (await work.session.execute(rows)).one()
