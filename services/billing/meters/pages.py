"""The meters of a contract, as a part of its page, and the forms that change its limits."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from services.billing.contracts.model import Method
from services.billing.deposits.actions import ask_deposit
from services.billing.deposits.api import DepositBody
from services.billing.meters import queries
from services.billing.permissions import Permission
from services.billing.purchase_orders.actions import note_purchase_order
from services.billing.purchase_orders.api import PurchaseOrderBody
from shared.pages import InWork, PageRoute, form_of, page
from shared.web import key_required

router = APIRouter(prefix="/contracts", route_class=PageRoute)


@router.get("/{contract_id}/meters")
async def meters(request: Request, contract_id: UUID, work: InWork) -> Response:
    """How far the limits of a contract are used, and its retainers month by month."""
    found = await queries.metered(work, contract_id)
    return page(
        request,
        "billing/meters/meters.html",
        contract=found.contract,
        meters=found.meters,
        retainers=found.retainers,
        by_percent=[line for line in found.contract.lines if line.method is Method.FIXED_FEE_PERCENT],
        today=work.now.date(),
        may_note=work.actor.may(Permission.AGREE_TERMS),
        may_ask=work.actor.may(Permission.PREPARE_INVOICES),
    )


@router.post("/{contract_id}/purchase-orders")
async def note(request: Request, contract_id: UUID, work: InWork) -> Response:
    """Let a purchase order count from now on."""
    form = await form_of(request, PurchaseOrderBody)
    await note_purchase_order(work, contract_id=contract_id, number=form.number, budget=form.budget, reason=form.reason)
    return RedirectResponse(f"/billing/contracts/{contract_id}", 303)


@router.post("/{contract_id}/deposits", dependencies=[Depends(key_required)])
async def ask(request: Request, contract_id: UUID, work: InWork) -> Response:
    """Let a deposit be invoiced next."""
    form = await form_of(request, DepositBody)
    await ask_deposit(work, contract_id, amount=form.amount, description=form.description)
    return RedirectResponse(f"/billing/contracts/{contract_id}", 303)
