"""The months of the books over HTTP."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Depends
from pydantic import Field

from services.billing.periods import actions, queries
from services.billing.periods.model import (
    BadMonth,
    EarlierPeriodOpen,
    LaterPeriodClosed,
    NoSuchPeriod,
    PeriodNotClosed,
    PeriodNotOpen,
    PeriodStatus,
    month,
)
from shared.actor import NotPermitted
from shared.web import Body, Cursor, InWork, Limit, PageOf, View, WorkRoute, key_required, refusals

router = APIRouter(prefix="/periods", tags=["periods"], route_class=WorkRoute)


class ReopeningBody(Body):
    """Why a closed month is opened again; kept in the audit trail."""

    reason: str = Field(min_length=1, max_length=500)


class PeriodView(View):
    """A month of a legal entity's books."""

    legal_entity: str
    starts_on: date
    ends_before: date
    status: PeriodStatus


@router.get("", responses=refusals(NotPermitted))
async def list_periods(
    work: InWork, *, legal_entity: str, cursor: Cursor = None, limit: Limit = 50
) -> PageOf[PeriodView]:
    """The months of a legal entity, the latest first."""
    found = await queries.periods(work, legal_entity=legal_entity, cursor=cursor, limit=limit)
    return PageOf[PeriodView].of(found, PeriodView)


@router.post(
    "/{legal_entity}/{period}/closing",
    dependencies=[Depends(key_required)],
    responses=refusals(NotPermitted, BadMonth, EarlierPeriodOpen, PeriodNotOpen),
)
async def begin_closing(legal_entity: str, period: str, work: InWork) -> PeriodView:
    """Keep everybody from posting into a month but those who close it."""
    return PeriodView.model_validate(await actions.begin_closing(work, legal_entity, month(period)))


@router.post(
    "/{legal_entity}/{period}/reopening",
    dependencies=[Depends(key_required)],
    responses=refusals(NotPermitted, NoSuchPeriod, BadMonth, PeriodNotClosed, LaterPeriodClosed),
)
async def reopen(legal_entity: str, period: str, body: ReopeningBody, work: InWork) -> PeriodView:
    """Let postings into a closed month again."""
    found = await actions.reopen_period(work, legal_entity, month=month(period), reason=body.reason)
    return PeriodView.model_validate(found)
