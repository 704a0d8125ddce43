"""How busy one person was, with every part of the formula, as a part of their page."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.resourcing.utilization import queries
from shared.pages import InWork, PageRoute, page

router = APIRouter(route_class=PageRoute)
WEEKS = 13


@router.get("/people/{person_id}/utilization")
async def of_person(request: Request, person_id: UUID, work: InWork) -> Response:
    """The last quarter up to yesterday."""
    today = work.now.date()
    starts_on = today - timedelta(weeks=WEEKS)
    found = await queries.list_utilization(work, starts_on=starts_on, ends_before=today, person_id=person_id, limit=1)
    return page(
        request,
        "resourcing/utilization/of_person.html",
        here=request.url.path,
        figure=found.items[0].figure if found.items else None,
        starts_on=starts_on,
        ends_before=today,
    )
