"""Adjustments over HTTP."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field, model_validator

from services.billing.adjustments import queries
from services.billing.adjustments.actions import mark_up_or_down, transfer, write_off
from services.billing.adjustments.model import (
    AdjustmentKind,
    ChangesNothing,
    MoreThanThereIs,
    NotTransferable,
    NotWaiting,
    NoValueYet,
    SeveralCurrencies,
)
from services.billing.work_in_progress.api import ChosenBody
from services.billing.work_in_progress.model import NoSuchItem
from shared.actor import NotPermitted
from shared.contracts.base import Amount
from shared.web import Body, Cursor, InWork, Limit, PageOf, View, WorkRoute, key_required, refusals

router = APIRouter(prefix="/work-in-progress", tags=["work in progress"], route_class=WorkRoute)
MOVES_MONEY = [Depends(key_required)]


class WorkAdjustmentBody(ChosenBody):
    """Up or down, by a percentage of each item or by an amount spread over all of them; the hours stay as they are."""

    percent: Annotated[Amount, Field(ge=Decimal(-100), le=Decimal(1000))] | None = None
    amount: Amount | None = None

    @model_validator(mode="after")
    def _either(self) -> Self:
        if (self.percent is None) == (self.amount is None):
            raise ValueError("give either percent or amount")
        return self


class TransferBody(ChosenBody):
    """The contract line to which the items go."""

    contract_line_id: UUID


class MadeView(Body):
    """What was adjusted at once goes by this id."""

    adjustment_id: UUID


class AdjustmentView(View):
    """One change of what an item is worth."""

    turn: int
    kind: AdjustmentKind
    amount: Amount
    minutes: int
    reason: str
    made_by: str
    made_at: datetime
    adjustment_id: UUID


@router.post(
    "/adjustments",
    dependencies=MOVES_MONEY,
    responses=refusals(
        NotPermitted, NoSuchItem, NotWaiting, NoValueYet, MoreThanThereIs, SeveralCurrencies, ChangesNothing
    ),
)
async def adjust(body: WorkAdjustmentBody, work: InWork) -> MadeView:
    """Mark unbilled work up or down."""
    made = await mark_up_or_down(work, body.item_ids, percent=body.percent, amount=body.amount, reason=body.reason)
    return MadeView(adjustment_id=made)


@router.post("/write-offs", dependencies=MOVES_MONEY, responses=refusals(NotPermitted, NoSuchItem, NotWaiting))
async def give_up(body: ChosenBody, work: InWork) -> MadeView:
    """Write unbilled work off: what is open of it is never billed."""
    return MadeView(adjustment_id=await write_off(work, body.item_ids, reason=body.reason))


@router.post(
    "/transfers", dependencies=MOVES_MONEY, responses=refusals(NotPermitted, NoSuchItem, NotWaiting, NotTransferable)
)
async def move(body: TransferBody, work: InWork) -> MadeView:
    """Move unbilled work to another contract line, hours and value."""
    made = await transfer(work, body.item_ids, contract_line_id=body.contract_line_id, reason=body.reason)
    return MadeView(adjustment_id=made)


@router.get("/{item_id}/adjustments", responses=refusals(NotPermitted, NoSuchItem))
async def adjustments(
    item_id: UUID, work: InWork, *, cursor: Cursor = None, limit: Limit = 50
) -> PageOf[AdjustmentView]:
    """What changed the worth of an item, in order."""
    return PageOf.of(await queries.of_item(work, item_id, cursor=cursor, limit=limit), AdjustmentView)
