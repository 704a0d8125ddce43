"""What people see of progress."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Row, select, table, true
from sqlalchemy.sql import column

from services.delivery.progress.store import measurements
from services.delivery.projects.queries import projects_with_visible_margin, visible_margin
from shared.database import Page, page
from shared.work import Work

projects = table("projects", column("id"), column("ordinal", Integer), column("name"))


async def list_measurements(work: Work, project_id: UUID, *, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """How far a project whose cost one may see was, the latest first."""
    await visible_margin(work, project_id)
    rows = select(measurements).where(measurements.c.project_id == project_id)
    keys = (measurements.c.measured_on, measurements.c.id)
    return await page(work.session, rows, keys=keys, cursor=cursor, limit=limit, descending=True)


async def measurements_of(
    work: Work, project_id: UUID, *, line_id: UUID | None, cursor: str | None, limit: int
) -> Page[Row[Any]]:
    """How far a project as a whole, or one of its lines, was, the latest first."""
    await visible_margin(work, project_id)
    rows = select(measurements).where(measurements.c.project_id == project_id)
    rows = rows.where(measurements.c.billing_line_id.is_not_distinct_from(line_id))
    keys = (measurements.c.measured_on, measurements.c.id)
    return await page(work.session, rows, keys=keys, cursor=cursor, limit=limit, descending=True)


async def latest_measurements(work: Work, *, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """The projects whose cost one may see, the newest first, each with how far it was last as a whole, if ever."""
    of_project = measurements.c.project_id == projects.c.id
    latest = (
        select(measurements)
        .where(of_project, measurements.c.billing_line_id.is_(None))
        .order_by(measurements.c.measured_on.desc(), measurements.c.id.desc())
        .limit(1)
        .lateral()
    )
    measured = [each for each in latest.c if each.name not in ("id", "tenant_id", "project_id")]
    about = (projects.c.id.label("project_id"), projects.c.ordinal, projects.c.name.label("project_name"))
    rows = select(*about, *measured).select_from(projects.outerjoin(latest, true()))
    rows = rows.where(projects.c.id.in_(projects_with_visible_margin(work)))
    return await page(work.session, rows, keys=(projects.c.ordinal,), cursor=cursor, limit=limit, descending=True)


async def measurement(work: Work, measurement_id: UUID) -> Row[Any]:
    """A measurement that somebody has just made."""
    rows = select(measurements).where(measurements.c.id == measurement_id)
    return (await work.session.execute(rows)).one()
