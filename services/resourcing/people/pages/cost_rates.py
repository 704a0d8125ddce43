"""What an hour of one person costs, as a part of their page."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.resourcing.people import actions
from services.resourcing.people.api import CostRateBody
from shared.contracts.base import Amount
from shared.pages import InWork, LastDay, PageRoute, Typed, form_of

router = APIRouter(prefix="/people/{person_id}/cost-rates", route_class=PageRoute)


class CostRateForm(CostRateBody):
    """A cost rate as people type it."""

    ends_before: LastDay | None = None
    hourly_cost: Annotated[Amount, Typed]


@router.post("/{rate_id}")
async def set_rate(request: Request, person_id: UUID, rate_id: UUID, work: InWork) -> Response:
    """Let a cost rate hold from a day on."""
    form = await form_of(request, CostRateForm)
    await actions.set_cost_rate(work, person_id, rate_id, **form.model_dump())
    return RedirectResponse(f"/resourcing/people/{person_id}", 303)
