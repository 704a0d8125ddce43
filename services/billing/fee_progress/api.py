"""Progress over HTTP."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.billing.contracts.model import ContractNotActive, NoSuchContract, NoSuchSoldLine
from services.billing.fee_progress import queries
from services.billing.fee_progress.actions import state_progress
from services.billing.fee_progress.model import NotBilledByPercent, StatedInFuture
from shared.actor import NotPermitted
from shared.contracts.base import Amount
from shared.web import Body, InWork, View, WorkRoute, refusals

router = APIRouter(prefix="/contracts", tags=["fee progress"], route_class=WorkRoute)


class PercentBody(Body):
    """How far a line is in all, in percent, and why; without a day, as of today."""

    percent: Annotated[Amount, Field(ge=Decimal(0), le=Decimal(100))]
    stated_on: date | None = None
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class FeeMeasurementView(View):
    """How far a contract, or one line of it, was on a day; the fraction is unrounded."""

    id: UUID
    contract_line_id: UUID | None
    method: str
    measured_on: date
    numerator: Amount
    denominator: Amount
    percent: Amount
    measured_by: str
    reason: str


@router.post(
    "/{contract_id}/lines/{contract_line_id}/progress",
    status_code=201,
    responses=refusals(
        NotPermitted, NoSuchContract, NoSuchSoldLine, ContractNotActive, NotBilledByPercent, StatedInFuture
    ),
)
async def state(contract_id: UUID, contract_line_id: UUID, body: PercentBody, work: InWork) -> FeeMeasurementView:
    """State how far a fixed fee by percent is: what that comes to, less what was billed, waits to be billed."""
    stated = await state_progress(
        work,
        contract_id=contract_id,
        line_id=contract_line_id,
        percent=body.percent,
        stated_on=body.stated_on,
        reason=body.reason,
    )
    return FeeMeasurementView.model_validate(stated)


@router.get("/{contract_id}/progress", responses=refusals(NotPermitted, NoSuchContract))
async def measured(contract_id: UUID, work: InWork) -> list[FeeMeasurementView]:
    """What was measured and stated on a contract, by day."""
    return [FeeMeasurementView.model_validate(one) for one in await queries.measured(work, contract_id)]
