"""Payments as people see them: the list, recording one over the customer's open invoices, one payment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from services.billing.customers import queries as customers
from services.billing.legal_entities import queries as legal_entities
from services.billing.payments import actions, queries
from services.billing.payments.api import PaymentReversalBody, TakingBackBody
from services.billing.payments.model import Payment, Share
from services.billing.permissions import Permission
from services.billing.receivables import queries as receivables
from shared.contracts.base import Currency
from shared.database import LIMIT_MAX
from shared.ids import new_id
from shared.pages import InWork, PageRoute, form_of, page
from shared.ui.forms import typed_amount
from shared.ui.listing import Column, Listing, Rows
from shared.ui.words import gettext as _
from shared.web import Body, key_required

router = APIRouter(prefix="/payments", route_class=PageRoute)


class AmountsForm(Body):
    """What was typed beside each invoice, and whether small differences are settled."""

    amounts: Mapping[UUID, str] = {}
    settle_difference: bool = False

    def shares(self) -> list[Share]:
        """The invoices that something was typed beside. Raises NotANumber."""
        return [
            Share(one, typed_amount(said, f"amounts/{one}"), f"/amounts/{one}") for one, said in self.amounts.items()
        ]


class PaymentForm(AmountsForm):
    """The form of a payment."""

    customer_id: UUID
    legal_entity_id: UUID
    currency: Currency
    amount: str
    received_on: date
    reference: Annotated[str, Field(min_length=1, max_length=140)]
    remittance: Annotated[str, Field(max_length=1000)] = ""


@router.get("")
async def payments(
    request: Request, work: InWork, rows: Rows, q: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """Payments, the newest first."""
    found = await queries.listed(work, words=q, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("received_on", _("Received")),
        Column("reference", _("Reference")),
        Column("is_reversed", _("Taken back"), only="file"),
        Column("customer", _("Customer"), "customer_name"),
        Column("amount", _("Amount"), number=True, currency="currency"),
        Column("rest", _("Not allocated"), number=True, currency="currency"),
    )
    listing = Listing.of(request, "payments", columns, found.items, next=found.next)
    may_record = work.actor.may(Permission.RECORD_PAYMENTS)
    return page(request, "billing/payments/payments.html", listing=listing, may_record=may_record)


@router.get("/new")
async def new(request: Request, work: InWork, customer: UUID | None = None) -> Response:
    """The form: whose payment it is, then what it is for, among what they have open."""
    known = (await customers.listed(work, cursor=None, limit=LIMIT_MAX)).items
    entities = (await legal_entities.legal_entities(work, cursor=None, limit=LIMIT_MAX)).items
    chosen = next((one for one in known if one.id == customer), None)
    items = await receivables.open_items(work, customer_id=customer, cursor=None, limit=LIMIT_MAX) if chosen else None
    return page(
        request,
        "billing/payments/new.html",
        customers=sorted(known, key=lambda one: one.name),
        customer=chosen,
        entities=entities,
        items=items.items if items else [],
        today=work.now.date(),
    )


@router.post("", dependencies=[Depends(key_required)])
async def record(request: Request, work: InWork) -> Response:
    """Record the payment and show it."""
    form = await form_of(request, PaymentForm)
    payment = Payment(
        id=new_id(),
        customer_id=form.customer_id,
        legal_entity_id=form.legal_entity_id,
        currency=form.currency,
        amount=typed_amount(form.amount, "amount"),
        received_on=form.received_on,
        reference=form.reference,
        remittance=form.remittance,
        recorded_by=work.actor.subject,
        recorded_at=work.now,
    )
    await actions.record_payment(work, payment, form.shares(), settle_difference=form.settle_difference)
    return RedirectResponse(f"/billing/payments/{payment.id}", 303)


@router.get("/{payment_id}")
async def payment(request: Request, payment_id: UUID, work: InWork) -> Response:
    """One payment: what it settled, what is left, and what else that could settle."""
    found = await queries.payment(work, payment_id)
    header = found.header
    may_record = work.actor.may(Permission.RECORD_PAYMENTS) and not header.is_reversed
    items = []
    if may_record and header.rest:
        listed = await receivables.open_items(
            work,
            customer_id=header.customer_id,
            legal_entity_id=header.legal_entity_id,
            cursor=None,
            limit=LIMIT_MAX,
        )
        items = [one for one in listed.items if one.currency == header.currency and one.open > 0]
    return page(
        request,
        "billing/payments/payment.html",
        payment=header,
        allocations=found.allocations,
        items=items,
        may_record=may_record,
        today=work.now.date(),
    )


@router.post("/{payment_id}/allocations", dependencies=[Depends(key_required)])
async def allocate(request: Request, payment_id: UUID, work: InWork) -> Response:
    """Settle invoices with what is left of a payment."""
    form = await form_of(request, AmountsForm)
    await actions.allocate_payment(work, payment_id, form.shares(), settle_difference=form.settle_difference)
    return RedirectResponse(f"/billing/payments/{payment_id}", 303)


@router.post("/{payment_id}/allocations/{allocation_id}/withdrawal", dependencies=[Depends(key_required)])
async def withdraw(request: Request, payment_id: UUID, allocation_id: UUID, work: InWork) -> Response:
    """Open an invoice again by what the payment settled on it."""
    form = await form_of(request, TakingBackBody)
    await actions.take_back_allocation(work, payment_id, allocation_id, reason=form.reason)
    return RedirectResponse(f"/billing/payments/{payment_id}", 303)


@router.post("/{payment_id}/reversal", dependencies=[Depends(key_required)])
async def reverse(request: Request, payment_id: UUID, work: InWork) -> Response:
    """Take the payment back whole."""
    form = await form_of(request, PaymentReversalBody)
    await actions.reverse_payment(work, payment_id, on=form.on, reason=form.reason)
    return RedirectResponse(f"/billing/payments/{payment_id}", 303)
