"""Closing a month over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from services.billing.closing.actions import close_period
from services.billing.closing.model import UnsealedEntries
from services.billing.ledger.model.accounts import NoBooks
from services.billing.periods.api import PeriodView
from services.billing.periods.model import BadMonth, EarlierPeriodOpen, PeriodNotOpen, month
from shared.actor import NotPermitted
from shared.web import InWork, WorkRoute, key_required, refusals

router = APIRouter(prefix="/periods", tags=["periods"], route_class=WorkRoute)


@router.post(
    "/{legal_entity}/{period}/closure",
    dependencies=[Depends(key_required)],
    responses=refusals(NotPermitted, NoBooks, BadMonth, UnsealedEntries, EarlierPeriodOpen, PeriodNotOpen),
)
async def close(legal_entity: str, period: str, work: InWork) -> PeriodView:
    """Close a month, written as year and month, once all its entries are in batches."""
    return PeriodView.model_validate(await close_period(work, legal_entity, month(period)))
