"""Progress over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.delivery.progress import model, queries
from services.delivery.progress.actions import measure_progress
from services.delivery.progress.model import Asked, ProgressMethod
from services.delivery.projects.model.project import NotYourProject
from shared.actor import NotPermitted
from shared.contracts.base import Amount
from shared.errors import NotFound
from shared.web import Body, Cursor, InWork, Limit, PageOf, View, WorkRoute, refusals

router = APIRouter(prefix="/progress", tags=["progress"], route_class=WorkRoute)

Part = Annotated[Amount, Field(ge=0, le=10**12)]
Whole = Annotated[Amount, Field(gt=0, le=10**12)]


class MeasurementBody(Body):
    """What to measure and by what; without a line the whole project, without a day as of today.

    - `hours`: approved minutes out of those planned, or of `minutes_at_completion`
    - `cost`: what was spent out of what is planned, or of `cost_at_completion`
    - `task`: planned minutes of `done_task_ids` out of all; `milestone`: those reached out of all
    - `manual`: `fraction_numerator` out of `fraction_denominator`, with the reason
    """

    project_id: UUID
    method: ProgressMethod
    billing_line_id: UUID | None = None
    measured_on: date | None = None
    reason: Annotated[str, Field(max_length=2000)] = ""
    fraction_numerator: Part | None = None
    fraction_denominator: Whole | None = None
    done_task_ids: Annotated[list[UUID], Field(max_length=1000)] | None = None
    minutes_at_completion: Annotated[int, Field(gt=0, le=10_000_000)] | None = None
    cost_at_completion: Whole | None = None


class MeasurementView(View):
    """How far a project or a line was; the fraction is the numerator over the denominator, unrounded."""

    id: UUID
    project_id: UUID
    billing_line_id: UUID | None
    method: ProgressMethod
    measured_on: date
    fraction_numerator: Amount
    fraction_denominator: Amount
    cost_to_date: Amount | None
    cost_at_completion: Amount | None
    currency: str
    reason: str
    measured_by: str
    measured_at: datetime


@router.get("", responses=refusals(NotPermitted, NotFound))
async def list_measurements(
    project_id: UUID, work: InWork, *, cursor: Cursor = None, limit: Limit = 50
) -> PageOf[MeasurementView]:
    """How far a project was, the latest first."""
    found = await queries.list_measurements(work, project_id, cursor=cursor, limit=limit)
    return PageOf[MeasurementView].of(found, MeasurementView)


@router.put(
    "/{measurement_id}",
    status_code=201,
    responses=refusals(
        NotPermitted,
        NotYourProject,
        NotFound,
        model.MeasurementExists,
        model.MeasuredInFuture,
        model.LineNotSold,
        model.NothingToMeasureBy,
        model.CostUnknown,
        model.ReasonMissing,
        model.FractionMissing,
        model.NotOfThisMeasure,
        model.NoSuchTaskDone,
    ),
)
async def measure(measurement_id: UUID, body: MeasurementBody, work: InWork) -> MeasurementView:
    """Measure how far a project is, under your own id; billing and revenue go by the latest."""
    said = body.model_dump(exclude={"project_id", "measured_on"})
    asked = Asked(**said, measured_on=body.measured_on or work.now.date())
    await measure_progress(work, measurement_id, body.project_id, asked=asked)
    return MeasurementView.model_validate(await queries.measurement(work, measurement_id))
