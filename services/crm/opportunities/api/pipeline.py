"""The stages of the pipeline over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from services.crm.opportunities import queries
from services.crm.opportunities.actions import change_stage_weight
from services.crm.opportunities.model import ForecastCategory, NoSuchStage, Outcome, StageMisfit
from shared.actor import NotPermitted
from shared.contracts.base import Amount
from shared.web import Body, InWork, View, WorkRoute, refusals, set_etag

router = APIRouter(prefix="/stages", tags=["pipeline"], route_class=WorkRoute)


class StageView(View):
    """One step of the pipeline; `probability` is between 0 and 1."""

    code: str
    name: str
    position: int
    probability: Amount
    forecast_category: ForecastCategory
    outcome: Outcome
    version: int


class StageWeight(Body):
    """How likely a deal in this stage is won, and how it counts in the forecast."""

    probability: Annotated[Amount, Field(ge=0, le=1, decimal_places=4)]
    forecast_category: ForecastCategory


class Stages(BaseModel):
    """The stages in order."""

    items: list[StageView]


@router.get("", responses=refusals(NotPermitted))
async def list_stages(work: InWork) -> Stages:
    """The stages of the pipeline, in order."""
    return Stages(items=[StageView.model_validate(stage) for stage in await queries.stages(work)])


@router.post("/{code}/weight", responses=refusals(NotPermitted, NoSuchStage, StageMisfit))
async def weigh(code: str, body: StageWeight, work: InWork, response: Response) -> StageView:
    """Weigh a stage anew; deals that are in it already keep the probability that they came in with."""
    stage = await change_stage_weight(
        work, code, probability=body.probability, forecast_category=body.forecast_category
    )
    set_etag(response, stage.version)
    return StageView.model_validate(stage)
