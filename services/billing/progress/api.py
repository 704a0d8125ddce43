"""Measured progress over HTTP."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from fastapi import APIRouter

from services.billing.progress import queries
from shared.actor import NotPermitted
from shared.contracts.base import Amount
from shared.web import Cursor, InWork, Limit, PageOf, View, WorkRoute, refusals

router = APIRouter(prefix="/progress-measurements", tags=["recognition"], route_class=WorkRoute)


class MeasurementView(View):
    """How far a project was, or one sold line of it; `numerator` of `denominator`."""

    id: UUID
    project_id: UUID
    contract_line_id: UUID | None
    method: str
    measured_on: date
    numerator: Amount
    denominator: Amount
    cost_to_date: Amount | None
    cost_at_completion: Amount | None
    currency: str
    measured_by: str


@router.get("", responses=refusals(NotPermitted))
async def list_measurements(
    work: InWork, *, project_id: UUID, cursor: Cursor = None, limit: Limit = 50
) -> PageOf[MeasurementView]:
    """What delivery measured on a project, the latest first."""
    found = await queries.measurements(work, project_id, cursor=cursor, limit=limit)
    return PageOf[MeasurementView].of(found, MeasurementView)
