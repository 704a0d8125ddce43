"""Payments over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field

from services.billing.customers.model import NoSuchCustomer
from services.billing.exchange_rates.model import MissingExchangeRate
from services.billing.legal_entities.model import NoSuchLegalEntity
from services.billing.payments import actions, queries
from services.billing.payments.model import (
    AllocatesMoreThanPaid,
    DifferenceTooLarge,
    InvoiceTwice,
    NoSuchAllocation,
    NoSuchPayment,
    NotTheirInvoice,
    PaidBeforeIssued,
    Payment,
    PaymentInThirdCurrency,
    ReceivedInFuture,
    ReversedAlready,
    Share,
)
from services.billing.periods.model import PeriodClosed
from services.billing.receivables.model import MoreThanOpen, NoSuchReceivable, NothingSettled, SettlementKind
from shared.actor import NotPermitted
from shared.contracts.base import Amount, Currency
from shared.web import Body, Cursor, InWork, Limit, PageOf, View, WorkRoute, key_required, refusals
from shared.web.idempotency import IdempotencyKeyMissing

router = APIRouter(prefix="/payments", tags=["payments"], route_class=WorkRoute)

Positive = Annotated[Amount, Field(gt=0)]
Reason = Annotated[str, Field(min_length=1, max_length=500)]


class AllocationBody(Body):
    """How much of the payment is for which invoice."""

    invoice_id: UUID
    amount: Positive


class AllocationsBody(Body):
    """What a payment is for; a small difference to what is open goes to rounding if `settle_difference` says so."""

    allocations: list[AllocationBody] = Field(default=[], max_length=500)
    settle_difference: bool = False

    @property
    def shares(self) -> list[Share]:
        """The same in the words of the model."""
        said = enumerate(self.allocations)
        return [Share(one.invoice_id, one.amount, f"/allocations/{number}/amount") for number, one in said]


class PaymentBody(AllocationsBody):
    """What a customer paid into the account of a legal entity; `reference` is the bank's, once per legal entity."""

    customer_id: UUID
    legal_entity_id: UUID
    currency: Currency
    amount: Positive
    received_on: date
    reference: Annotated[str, Field(min_length=1, max_length=140)]
    remittance: Annotated[str, Field(max_length=1000)] = ""


class LaterBody(AllocationsBody):
    """What the rest of a payment is for, allocated `on` a day; without it, today."""

    on: date | None = None


class TakingBackBody(Body):
    """Why; the journal keeps it."""

    reason: Reason


class PaymentReversalBody(TakingBackBody):
    """When the bank took the payment back, and why."""

    on: date


class PaymentSummary(View):
    """A payment; `rest` is the customer's credit that is left of it."""

    id: UUID
    customer_id: UUID
    customer_name: str
    legal_entity_id: UUID
    currency: str
    amount: Amount
    rest: Amount
    received_on: date
    reference: str
    remittance: str
    is_reversed: bool
    reversed_on: date | None
    reversal_reason: str | None
    recorded_by: str
    recorded_at: datetime


class AllocationView(View):
    """What a payment settled; negative where it was taken back."""

    id: UUID
    kind: SettlementKind
    invoice_id: UUID | None
    number: str | None
    amount: Amount
    settled_on: date
    reverses_id: UUID | None
    is_undone: bool


class PaymentView(PaymentSummary):
    """A payment with all that it settled."""

    allocations: list[AllocationView]


ALLOCATING = (
    NotPermitted,
    NoSuchReceivable,
    NothingSettled,
    InvoiceTwice,
    NotTheirInvoice,
    PaymentInThirdCurrency,
    AllocatesMoreThanPaid,
    MoreThanOpen,
    DifferenceTooLarge,
    PeriodClosed,
    MissingExchangeRate,
)


@router.put(
    "/{payment_id}",
    status_code=201,
    responses=refusals(*ALLOCATING, PaidBeforeIssued, NoSuchCustomer, NoSuchLegalEntity, ReceivedInFuture),
)
async def record(payment_id: UUID, body: PaymentBody, work: InWork) -> PaymentView:
    """Record what a customer paid, settle what it is for, leave the rest as their credit."""
    said = body.model_dump(exclude={"allocations", "settle_difference"})
    payment = Payment(id=payment_id, recorded_by=work.actor.subject, recorded_at=work.now, **said)
    await actions.record_payment(work, payment, body.shares, settle_difference=body.settle_difference)
    return await _view(work, payment_id)


@router.post(
    "/{payment_id}/allocations",
    dependencies=[Depends(key_required)],
    responses=refusals(*ALLOCATING, NoSuchPayment, ReversedAlready, ReceivedInFuture, IdempotencyKeyMissing),
)
async def allocate(payment_id: UUID, body: LaterBody, work: InWork) -> PaymentView:
    """Settle invoices with what is left of a payment."""
    await actions.allocate_payment(work, payment_id, body.shares, on=body.on, settle_difference=body.settle_difference)
    return await _view(work, payment_id)


@router.post(
    "/{payment_id}/allocations/{allocation_id}/withdrawal",
    dependencies=[Depends(key_required)],
    responses=refusals(
        NotPermitted, NoSuchPayment, ReversedAlready, NoSuchAllocation, PeriodClosed, IdempotencyKeyMissing
    ),
)
async def withdraw(payment_id: UUID, allocation_id: UUID, body: TakingBackBody, work: InWork) -> PaymentView:
    """Open an invoice again by what the payment settled; the amount is the customer's credit again."""
    await actions.take_back_allocation(work, payment_id, allocation_id, reason=body.reason)
    return await _view(work, payment_id)


@router.post(
    "/{payment_id}/reversal",
    dependencies=[Depends(key_required)],
    responses=refusals(
        NotPermitted, NoSuchPayment, ReversedAlready, ReceivedInFuture, PeriodClosed, IdempotencyKeyMissing
    ),
)
async def reverse(payment_id: UUID, body: PaymentReversalBody, work: InWork) -> PaymentView:
    """Take a payment back whole; everything it settled is open again."""
    await actions.reverse_payment(work, payment_id, on=body.on, reason=body.reason)
    return await _view(work, payment_id)


@router.get("", responses=refusals(NotPermitted))
async def listed(
    work: InWork, *, customer_id: UUID | None = None, cursor: Cursor = None, limit: Limit = 50
) -> PageOf[PaymentSummary]:
    """Payments, the newest first."""
    return PageOf.of(await queries.listed(work, customer_id=customer_id, cursor=cursor, limit=limit), PaymentSummary)


@router.get("/{payment_id}", responses=refusals(NotPermitted, NoSuchPayment))
async def show(payment_id: UUID, work: InWork) -> PaymentView:
    """One payment with all that it settled."""
    return await _view(work, payment_id)


async def _view(work: InWork, payment_id: UUID) -> PaymentView:
    found = await queries.payment(work, payment_id)
    return PaymentView.model_validate({**found.header._mapping, "allocations": found.allocations})
