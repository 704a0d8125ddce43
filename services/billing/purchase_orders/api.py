"""Purchase orders over HTTP."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.billing.contracts.model import NoSuchContract
from services.billing.purchase_orders import queries
from services.billing.purchase_orders.actions import note_purchase_order
from shared.actor import NotPermitted
from shared.contracts.base import Amount
from shared.web import Body, InWork, View, WorkRoute, refusals

router = APIRouter(prefix="/contracts", tags=["purchase orders"], route_class=WorkRoute)


class PurchaseOrderBody(Body):
    """The number of the customer's order, what may be billed under it (net; nothing means no limit), and why."""

    number: Annotated[str, Field(min_length=1, max_length=100)]
    budget: Annotated[Amount, Field(ge=Decimal(0))] | None = None
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class PurchaseOrderView(View):
    """An order as it was noted."""

    number: str
    budget: Amount | None
    reason: str
    noted_by: str
    noted_at: datetime


class OrderInForceView(View):
    """The order that counts, what was billed under it and what is left; and what was noted by hand, in order."""

    number: str | None
    currency: str
    budget: Amount | None
    spent: Amount
    left: Amount | None
    noted: list[PurchaseOrderView]


@router.post("/{contract_id}/purchase-orders", status_code=201, responses=refusals(NotPermitted, NoSuchContract))
async def note(contract_id: UUID, body: PurchaseOrderBody, work: InWork) -> OrderInForceView:
    """Let an order count from now on: a new one, or another budget of the same."""
    await note_purchase_order(work, contract_id=contract_id, number=body.number, budget=body.budget, reason=body.reason)
    return OrderInForceView.model_validate(await queries.in_force(work, contract_id))


@router.get("/{contract_id}/purchase-orders", responses=refusals(NotPermitted, NoSuchContract))
async def in_force(contract_id: UUID, work: InWork) -> OrderInForceView:
    """The order that counts on a contract, and how much of it is spent."""
    return OrderInForceView.model_validate(await queries.in_force(work, contract_id))
