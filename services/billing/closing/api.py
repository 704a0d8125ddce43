"""Closing a month over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from services.billing.closing import queries
from services.billing.closing.actions import close_period
from services.billing.closing.model import Concern, UnsealedEntries
from services.billing.ledger.model.accounts import NoBooks
from services.billing.periods.api import PeriodView
from services.billing.periods.model import BadMonth, EarlierPeriodOpen, PeriodNotOpen, month
from shared.actor import NotPermitted
from shared.web import InWork, View, WorkRoute, key_required, refusals

router = APIRouter(prefix="/periods", tags=["periods"], route_class=WorkRoute)


class FindingView(View):
    """How many there are of something, and whether a month stays open for it."""

    concern: Concern
    count: int
    blocks: bool
    is_clear: bool


class ChecklistView(View):
    findings: list[FindingView]


@router.get("/{legal_entity}/{period}/checklist", responses=refusals(NotPermitted, NoBooks, BadMonth))
async def show_checklist(legal_entity: str, period: str, work: InWork) -> ChecklistView:
    """What stands in the way of closing a month, and what one should know before."""
    found = await queries.checklist(work, legal_entity, month(period))
    return ChecklistView(findings=[FindingView.model_validate(one) for one in found])


@router.post(
    "/{legal_entity}/{period}/closure",
    dependencies=[Depends(key_required)],
    responses=refusals(NotPermitted, NoBooks, BadMonth, UnsealedEntries, EarlierPeriodOpen, PeriodNotOpen),
)
async def close(legal_entity: str, period: str, work: InWork) -> PeriodView:
    """Close a month, written as year and month, once all its entries are in batches."""
    return PeriodView.model_validate(await close_period(work, legal_entity, month(period)))
