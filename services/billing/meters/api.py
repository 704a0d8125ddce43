"""Meters over HTTP."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from services.billing.contracts.model import NoSuchContract
from services.billing.meters import queries
from services.billing.meters.model import MeterKind
from shared.actor import NotPermitted
from shared.contracts.base import Amount
from shared.web import InWork, View, WorkRoute, refusals

router = APIRouter(prefix="/contracts", tags=["meters"], route_class=WorkRoute)


class MeterView(View):
    """How much of a limit is used, in money or in minutes; `share` is 1 when all of it is."""

    kind: MeterKind
    name: str
    contract_line_id: UUID | None
    is_minutes: bool
    used: Amount
    limit: Amount | None
    share: Amount


@router.get("/{contract_id}/meters", responses=refusals(NotPermitted, NoSuchContract))
async def metered(contract_id: UUID, work: InWork) -> list[MeterView]:
    """How far the order, the caps, the fixed fees, the retainers and the deposit of a contract are used today."""
    return [MeterView.model_validate(one) for one in (await queries.metered(work, contract_id)).meters]
