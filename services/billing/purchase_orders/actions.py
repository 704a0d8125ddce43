"""Noting purchase orders, and billing under them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from services.billing.contracts.actions import locked_contract, note_order
from services.billing.contracts.model import Contract
from services.billing.permissions import Permission
from services.billing.purchase_orders import store
from services.billing.purchase_orders.model import Draw, PurchaseOrder, check_budget
from shared.ids import new_id
from shared.work import Work


async def note_purchase_order(
    work: Work, *, contract_id: UUID, number: str, budget: Decimal | None, reason: str
) -> PurchaseOrder:
    """Let an order count on a contract from now on: a new one, or another budget of the same. Raises NoSuchContract."""
    work.actor.must(Permission.AGREE_TERMS)
    await work.because(reason)
    contract = await locked_contract(work, contract_id)
    await note_order(work, contract, number=number, budget=budget)
    order = PurchaseOrder(new_id(), contract_id, number, budget, reason, work.actor.subject, work.now)
    await store.add(work, order)
    return order


async def draw_on_purchase_orders(work: Work, billed: Iterable[tuple[Contract, Draw]]) -> None:
    """Bill amounts under the orders of locked contracts, one after the other. Raises PurchaseOrderSpent."""
    under = [(contract, draw) for contract, draw in billed if draw.number]
    spent = await store.spent(work, {draw.order for _, draw in under})
    for contract, draw in under:
        budget, before = contract.purchase_order_budget, spent[draw.order]
        check_budget(draw.number, budget, spent=before, net=draw.amount, currency=contract.currency)
        spent[draw.order] = before + draw.amount
    await store.draw(work, [draw for _, draw in under])


async def give_back_to_purchase_order(
    work: Work, contract_id: UUID, *, invoice_id: UUID, credit_note_id: UUID, net: Decimal
) -> None:
    """Let what is credited of an invoice be billed again under the order that the invoice was billed under, if any."""
    number = await store.order_of(work, invoice_id, contract_id=contract_id)
    if number is not None:
        await store.draw(work, [Draw(credit_note_id, contract_id, number, -net)])
