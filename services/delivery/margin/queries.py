"""What a project has cost and earned."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from services.delivery.margin import store
from services.delivery.margin.model import Actuals
from services.delivery.permissions import Permission
from shared.work import Work


async def actuals(work: Work, project_id: UUID, *, opportunity_id: UUID, currency: str) -> Actuals:
    """Cost, value, invoiced and recognised of a project, in its currency, as of now."""
    work.actor.must(Permission.VIEW_MARGIN)
    row = await store.actuals(work, project_id, opportunity_id=opportunity_id, currency=currency)
    return Actuals(**row._mapping)


async def minutes_by_week(work: Work, project_id: UUID) -> dict[date, int]:
    """The approved minutes on a project by the Monday of their week, in order; weeks without any are left out."""
    work.actor.must(Permission.VIEW_MARGIN)
    return await store.minutes_by_week(work, project_id)
