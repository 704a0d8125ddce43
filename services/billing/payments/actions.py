"""Recording what customers pay, allocating it, taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.billing.customers.actions import customer_of
from services.billing.ledger.model.accounts import PostingRole
from services.billing.ledger.model.entries import NewEntry, NewLine, Source, SourceKind
from services.billing.ledger.model.leaving import leaving
from services.billing.ledger.model.positions import Standing
from services.billing.ledger.queries import posted_for
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
    changes_in_books,
    check_amount,
    check_days,
    left_after,
    posting,
)
from services.billing.permissions import Permission
from services.billing.receivables.actions import locked_positions, post_settling, settle, standing_settlements
from services.billing.receivables.model import Position, Settlement, SettlementKind, taken_back
from shared.contracts.billing import AllocatedPayment, PaymentReceived, PaymentReversed
from shared.ids import new_id
from shared.money import Money
from shared.reasons import because
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
    text = f"Payment {payment.reference} of {customer.legal_name}"
    entry = await _entry(work, payment, posting(new, received=payment.amount), on=on, leg="1", text=text)
    await post_settling(work, entry, new, before=positions)
    work.publish(_received(payment, new, positions))


async def allocate_payment(
    work: Work, payment_id: UUID, shares: Sequence[Share], *, on: date | None = None, settle_difference: bool = False
) -> None:
    """Settle invoices with what is left of a payment, on the day `on` or today.

    Raises NoSuchPayment, ReversedAlready and what recording raises.
    """
    work.actor.must(Permission.RECORD_PAYMENTS)
    if on is not None and on > work.now.date():
        raise ReceivedInFuture(field="/on")
    payment, left = await _standing(work, payment_id)
    positions = await locked_positions(work, {share.invoice_id for share in shares})
    issued = [position.issued_on for position in positions.values()]
    day = max(on or work.now.date(), payment.received_on, *issued)
    new = allocated(payment, shares, positions, left=left, on=day, settle_difference=settle_difference)
    await settle(work, new)
    if new:
        leg, text = str(new[0].id), f"Payment {payment.reference} allocated"
        entry = await _entry(work, payment, posting(new), on=day, leg=leg, text=text, left=left_after(left, new))
        await post_settling(work, entry, new, before=positions)


async def take_back_allocation(work: Work, payment_id: UUID, settlement_id: UUID, *, reason: str) -> None:
    """Open an invoice again by what a payment settled on it; the amount is the customer's credit again.

    Raises NoSuchPayment, ReversedAlready, NoSuchAllocation.
    """
    work.actor.must(Permission.RECORD_PAYMENTS)
    payment, left = await _standing(work, payment_id)
    found = [one for one in await standing_settlements(work, payment_id) if one.id == settlement_id]
    if not found:
        raise NoSuchAllocation()
    today = work.now.date()
    undone = [taken_back(one, id=new_id(), on=today) for one in found]
    before = await _positions_of(work, undone)
    await settle(work, undone)
    leg, text = str(undone[0].id), f"Payment {payment.reference}, allocation taken back: {reason}"
    entry = await _entry(work, payment, posting(undone), on=today, leg=leg, text=text, left=left_after(left, undone))
    await post_settling(work, entry, undone, before=before)


async def reverse_payment(work: Work, payment_id: UUID, *, on: date, reason: str) -> None:
    """Take a payment back whole, because it bounced or was never theirs; what it settled is open again.

    Raises NoSuchPayment, ReversedAlready, ReceivedInFuture, PeriodClosed.
    """
    work.actor.must(Permission.RECORD_PAYMENTS)
    payment, _ = await _standing(work, payment_id)
    if not payment.received_on <= on <= work.now.date():
        raise ReceivedInFuture(because("A payment is taken back after it came and not ahead."), field="/on")
    undone = [taken_back(one, id=new_id(), on=on) for one in await standing_settlements(work, payment_id)]
    before = await _positions_of(work, undone)
    await settle(work, undone)
    await store.add_reversal(work, payment_id, on=on, reason=reason)
    lines, text = posting(undone, received=-payment.amount), f"Payment {payment.reference} taken back: {reason}"
    entry = await _entry(work, payment, lines, on=on, leg="reversal", text=text, left=Decimal())
    await post_settling(work, entry, undone, before=before)
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


async def _positions_of(work: Work, settlements: Sequence[Settlement]) -> dict[UUID, Position]:
    return await locked_positions(work, {one.invoice_id for one in settlements if one.invoice_id is not None})


async def _entry(
    work: Work,
    payment: Payment,
    lines: Sequence[NewLine],
    *,
    on: date,
    leg: str,
    text: str,
    left: Decimal | None = None,
) -> NewEntry:
    """The entry of a payment, or of what becomes of it later, when `left` is left of it.

    In a foreign currency money and credit leave the books as they came in, at the rate of the day of the payment.
    """
    entity = await legal_entity_of(work, payment.legal_entity_id)
    source, currency = Source(SourceKind.PAYMENT, payment.id, leg=leg), entity.functional_currency
    entry = NewEntry(entity.code, payment.currency, on, text, source, lines)
    if left is None or payment.currency == currency:
        return entry
    posted = await posted_for(work, SourceKind.PAYMENT, [payment.id], functional_currency=currency)
    changes = changes_in_books(
        came=posted.get((payment.id, PostingRole.CASH)),
        credit=posted.get((payment.id, PostingRole.CUSTOMER_CREDIT), Standing()),
        left=left,
        currency=currency,
    )
    for role, change in changes.items():
        entry = leaving(entry, role, Money(change, currency))
    return entry


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
