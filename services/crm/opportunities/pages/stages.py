"""The stages of the pipeline as people see them, each with what it makes a deal count for."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import AfterValidator, Field

from services.crm.opportunities import queries
from services.crm.opportunities.actions import change_stage_weight
from services.crm.opportunities.api.pipeline import StageWeight
from services.crm.opportunities.model import ForecastCategory
from services.crm.permissions import Permission
from shared.pages import InWork, PageRoute, Typed, form_of, page

HERE = "/crm/stages"
router = APIRouter(prefix="/stages", route_class=PageRoute)

Percent = Annotated[
    Decimal, Typed, Field(ge=0, le=100, decimal_places=2), AfterValidator(lambda percent: percent / 100)
]


class WeightForm(StageWeight):
    """A weight whose probability is typed in percent."""

    probability: Percent


@router.get("")
async def stages(request: Request, work: InWork) -> Response:
    """The stages in order."""
    work.actor.must(Permission.CHANGE_PRODUCTS)
    found = await queries.stages(work)
    return page(request, "crm/opportunities/stages.html", stages=found, categories=list(ForecastCategory))


@router.post("/{code}")
async def weigh(request: Request, code: str, work: InWork) -> Response:
    """Weigh a stage anew."""
    form = await form_of(request, WeightForm)
    await change_stage_weight(work, code, **dict(form))
    return RedirectResponse(HERE, 303)
