"""Recording what customers pay, allocating it, taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.billing.customers.actions import customer_of
from services.billing.ledger.actions import post_entry
from services.billing.ledger.model.entries import NewEntry, NewLine, Source, SourceKind
from services.billing.legal_entities.actions import legal_entity_of
from services.billing.payments import store
from services.billing.payments.model import (
    NoSuchAllocation,
    NoSuchPayment,
    Payment,
    ReceivedInFuture,
    ReversedAlready,
    Share,
    allocated,
    check_amount,
    check_days,
    posting,
)
from services.billing.permissions import Permission
from services.billing.receivables.actions import locked_positions, settle, standing_settlements
from services.billing.receivables.model import Position, Settlement, SettlementKind, taken_back
from shared.contracts.billing import AllocatedPayment, PaymentReceived, PaymentReversed
from shared.ids import new_id
from shared.work import Work


async def record_payment(
    work: Work, payment: Payment, shares: Sequence[Share], *, settle_difference: bool = False
) -> None:
    """Keep what a customer paid, settle what it is for, and leave the rest as their credit.

    Raises NoSuchCustomer, NoSuchLegalEntity, NoSuchReceivable, PaymentInThirdCurrency, PaidBeforeIssued,
    AllocatesMoreThanPaid, MoreThanOpen, DifferenceTooLarge, PeriodClosed; a reference that
    was used before is refused by the database.
    """
    work.actor.must(Permission.RECORD_PAYMENTS)
    check_amount(payment)
    customer = await customer_of(work, payment.customer_id)
    await store.add(work, payment)
    positions = await locked_positions(work, {share.invoice_id for share in shares})
    check_days(payment, positions, today=work.now.date())
    on, left = payment.received_on, payment.amount
    new = allocated(payment, shares, positions, left=left, on=on, settle_difference=settle_difference)
    await settle(work, new)
    lines = posting(new, received=payment.amount)
    text = f"Payment {payment.reference} of {customer.legal_name}"
    await _post(work, payment, Source(SourceKind.PAYMENT, payment.id), lines, on=on, text=text)
    work.publish(_received(payment, new, positions))


async def allocate_payment(
    work: Work, payment_id: UUID, shares: Sequence[Share], *, on: date | None = None, settle_difference: bool = False
) -> None:
    """Settle invoices with what is left of a payment, on the day `on` or today.

    Raises NoSuchPayment, ReversedAlready and what recording raises.
    """
    work.actor.must(Permission.RECORD_PAYMENTS)
    payment, left = await _standing(work, payment_id)
    positions = await locked_positions(work, {share.invoice_id for share in shares})
    issued = [position.issued_on for position in positions.values()]
    day = max(on or work.now.date(), payment.received_on, *issued)
    new = allocated(payment, shares, positions, left=left, on=day, settle_difference=settle_difference)
    await settle(work, new)
    if new:
        source = Source(SourceKind.PAYMENT, payment.id, leg=str(new[0].id))
        await _post(work, payment, source, posting(new), on=day, text=f"Payment {payment.reference} allocated")


async def take_back_allocation(work: Work, payment_id: UUID, settlement_id: UUID, *, reason: str) -> None:
    """Open an invoice again by what a payment settled on it; the amount is the customer's credit again.

    Raises NoSuchPayment, ReversedAlready, NoSuchAllocation.
    """
    work.actor.must(Permission.RECORD_PAYMENTS)
    payment, _ = await _standing(work, payment_id)
    found = [one for one in await standing_settlements(work, payment_id) if one.id == settlement_id]
    if not found:
        raise NoSuchAllocation()
    today = work.now.date()
    undone = [taken_back(one, id=new_id(), on=today) for one in found]
    await settle(work, undone)
    source = Source(SourceKind.PAYMENT, payment.id, leg=str(undone[0].id))
    text = f"Payment {payment.reference}, allocation taken back: {reason}"
    await _post(work, payment, source, posting(undone), on=today, text=text)


async def reverse_payment(work: Work, payment_id: UUID, *, on: date, reason: str) -> None:
    """Take a payment back whole, because it bounced or was never theirs; what it settled is open again.

    Raises NoSuchPayment, ReversedAlready, ReceivedInFuture, PeriodClosed.
    """
    work.actor.must(Permission.RECORD_PAYMENTS)
    payment, _ = await _standing(work, payment_id)
    if not payment.received_on <= on <= work.now.date():
        raise ReceivedInFuture("A payment is taken back after it came and not ahead.", field="/on")
    undone = [taken_back(one, id=new_id(), on=on) for one in await standing_settlements(work, payment_id)]
    await settle(work, undone)
    await store.add_reversal(work, payment_id, on=on, reason=reason)
    source = Source(SourceKind.PAYMENT, payment.id, leg="reversal")
    lines = posting(undone, received=-payment.amount)
    await _post(work, payment, source, lines, on=on, text=f"Payment {payment.reference} taken back: {reason}")
    work.publish(
        PaymentReversed(
            payment_id=payment.id,
            account_id=payment.customer_id,
            currency=payment.currency,
            amount=payment.amount,
            reversed_on=on,
            reason=reason,
        )
    )


async def _standing(work: Work, payment_id: UUID) -> tuple[Payment, Decimal]:
    found = await store.lock(work, payment_id)
    if found is None:
        raise NoSuchPayment()
    payment, left, is_reversed = found
    if is_reversed:
        raise ReversedAlready()
    return payment, left


async def _post(work: Work, payment: Payment, source: Source, lines: Sequence[NewLine], *, on: date, text: str) -> None:
    entity = await legal_entity_of(work, payment.legal_entity_id)
    await post_entry(work, NewEntry(entity.code, payment.currency, on, text, source, lines))


def _received(payment: Payment, settlements: Sequence[Settlement], positions: dict[UUID, Position]) -> PaymentReceived:
    shares = [
        AllocatedPayment(
            invoice_id=one.invoice_id,
            number=positions[one.invoice_id].number,
            opportunity_id=positions[one.invoice_id].thread_id,
            amount=one.amount,
        )
        for one in settlements
        if one.kind is SettlementKind.PAYMENT and one.invoice_id is not None
    ]
    threads = {one.opportunity_id for one in shares}
    return PaymentReceived(
        thread_id=threads.pop() if len(threads) == 1 else None,
        payment_id=payment.id,
        account_id=payment.customer_id,
        currency=payment.currency,
        amount=payment.amount,
        received_on=payment.received_on,
        reference=payment.reference,
        allocations=shares,
    )
