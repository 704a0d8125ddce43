"""Receivables over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter

from services.billing.legal_entities.model import NoSuchLegalEntity
from services.billing.receivables import queries
from services.billing.receivables.model import NoSuchReceivable, ReceivableState, SettlementKind
from shared.actor import NotPermitted
from shared.contracts.base import Amount
from shared.web import Cursor, InWork, Limit, PageOf, View, WorkRoute, refusals

router = APIRouter(prefix="/receivables", tags=["receivables"], route_class=WorkRoute)


class OpenItemView(View):
    """An issued invoice with something open."""

    invoice_id: UUID
    number: str
    customer_id: UUID
    customer_name: str
    legal_entity_id: UUID
    currency: str
    issued_on: date
    due_on: date
    gross: Amount
    open: Amount


class SettlementView(View):
    """One amount that settled the invoice, or opened it again; `cause_id` is a payment, credit note or write-off."""

    id: UUID
    kind: SettlementKind
    cause_id: UUID
    payment_id: UUID | None
    amount: Amount
    settled_on: date
    settled_by: str
    settled_at: datetime
    reverses_id: UUID | None


class ReceivableView(View):
    """What is open on one invoice, and what settled the rest."""

    invoice_id: UUID
    number: str
    customer_id: UUID
    currency: str
    due_on: date
    gross: Amount
    open: Amount
    state: ReceivableState
    settlements: list[SettlementView]


class AgedView(View):
    """What one customer owes in one currency; `bands` are current, 1-30, 31-60, 61-90 and 90+ days overdue."""

    customer_id: UUID
    customer_name: str
    currency: str
    bands: list[Amount]
    total: Amount


class AgreementView(View):
    """Open items beside the receivables account; they agree when nothing is unexplained."""

    currency: str
    items: Amount
    account: Amount
    by_hand: Amount
    unexplained: Amount


class AgeingView(View):
    """Open items by age on one day."""

    as_of: date
    rows: list[AgedView]
    totals: dict[str, list[Amount]]
    agreements: list[AgreementView]


@router.get("", responses=refusals(NotPermitted))
async def listed(
    work: InWork,
    *,
    customer_id: UUID | None = None,
    legal_entity_id: UUID | None = None,
    due_before: date | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOf[OpenItemView]:
    """Invoices that are not settled, the longest due first."""
    found = await queries.open_items(
        work,
        customer_id=customer_id,
        legal_entity_id=legal_entity_id,
        due_before=due_before,
        cursor=cursor,
        limit=limit,
    )
    return PageOf.of(found, OpenItemView)


@router.get("/ageing", responses=refusals(NotPermitted, NoSuchLegalEntity))
async def ageing(work: InWork, legal_entity_id: UUID, as_of: date | None = None) -> AgeingView:
    """What was open at the end of a day, by customer and days overdue, and whether the account agrees."""
    return AgeingView.model_validate(await queries.ageing(work, legal_entity_id, as_of=as_of or work.now.date()))


@router.get("/{invoice_id}", responses=refusals(NotPermitted, NoSuchReceivable))
async def show(invoice_id: UUID, work: InWork) -> ReceivableView:
    """What is open on one issued invoice, and everything that settled it."""
    found = await queries.receivable(work, invoice_id)
    position = found.position
    return ReceivableView(
        invoice_id=invoice_id,
        number=position.number,
        customer_id=position.customer_id,
        currency=position.currency,
        due_on=position.due_on,
        gross=position.gross,
        open=position.open,
        state=found.state,
        settlements=[SettlementView.model_validate(one) for one in found.settlements],
    )
