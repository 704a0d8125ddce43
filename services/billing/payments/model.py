"""A payment: received once, allocated to invoices as far as it reaches, taken back whole when it bounces."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from services.billing.ledger.model.accounts import PostingRole
from services.billing.ledger.model.entries import NewLine
from services.billing.ledger.model.positions import Standing
from services.billing.ledger.model.translation import part_of
from services.billing.receivables.model import NothingSettled, Position, Settlement, SettlementKind
from shared.errors import Conflict, Invalid, NotFound
from shared.ids import new_id
from shared.money import Money, plain
from shared.reasons import because

SMALL_DIFFERENCE = Decimal(1)
"""Up to this much, in any currency, may go to the rounding account; more stays open or is credited."""


class NoSuchPayment(NotFound):
    """There is no such payment."""


class NoSuchAllocation(NotFound):
    """This payment has no such allocation that still stands."""


class PaymentInThirdCurrency(Invalid):
    """The payment is in another currency than the invoice.

    Record it in the currency of the invoice, by the amount the customer owed and settled; what the bank exchanged
    belongs in its own entry.
    """


class NotTheirInvoice(Invalid):
    """This invoice is of another customer or of another legal entity than the payment.

    Record the payment under the customer and the legal entity that the invoice names.
    """


class AllocatesMoreThanPaid(Conflict):
    """The payment does not reach that far.

    Allocate no more than what is left of it.
    """


class InvoiceTwice(Invalid):
    """An invoice is named twice.

    Name it once, with the whole amount.
    """


class DifferenceTooLarge(Conflict):
    """What is missing or too much is more than a small difference.

    Leave it open and ask the customer, or credit it, which a second person approves.
    """


class ReceivedInFuture(Invalid):
    """A payment is not dated ahead.

    Use the day on which the bank booked it.
    """


class PaidBeforeIssued(Conflict):
    """This invoice was issued after the payment came.

    Record the payment without it: it is the customer's credit, which settles the invoice from its own day on.
    """


class ReversedAlready(Conflict):
    """This payment was taken back.

    Record a new one when the money arrives again.
    """


@dataclass(frozen=True)
class Payment:
    """What a customer paid; `reference` is the bank's and names it once per legal entity."""

    id: UUID
    customer_id: UUID
    legal_entity_id: UUID
    currency: str
    amount: Decimal
    received_on: date
    reference: str
    remittance: str
    recorded_by: str
    recorded_at: datetime


@dataclass(frozen=True)
class Share:
    """How much of a payment is meant for which invoice; `field` is where that was said."""

    invoice_id: UUID
    amount: Decimal
    field: str = ""


def allocated(
    payment: Payment,
    shares: Sequence[Share],
    positions: Mapping[UUID, Position],
    *,
    left: Decimal,
    on: date,
    settle_difference: bool = False,
) -> list[Settlement]:
    """What `shares` settle with the `left` of a payment; small differences go to rounding where that is asked for.

    Raises InvoiceTwice, NotTheirInvoice, PaymentInThirdCurrency, NothingSettled, MoreThanOpen, AllocatesMoreThanPaid,
    DifferenceTooLarge.
    """
    if len({share.invoice_id for share in shares}) < len(shares):
        raise InvoiceTwice(field="/allocations")
    for share in shares:
        _check_fits(payment, positions[share.invoice_id], share)
    rest = left - sum((share.amount for share in shares), Decimal())
    if rest < 0:
        raise AllocatesMoreThanPaid(
            because("%(left)s %(currency)s are left of the payment.", left=plain(left), currency=payment.currency),
            field="/allocations",
        )
    found = [_settlement(payment, SettlementKind.PAYMENT, share.amount, on, share.invoice_id) for share in shares]
    return found + (_differences(payment, shares, positions, rest, on) if settle_difference else [])


def _check_fits(payment: Payment, position: Position, share: Share) -> None:
    theirs = (position.customer_id, position.legal_entity_id)
    if theirs != (payment.customer_id, payment.legal_entity_id):
        raise NotTheirInvoice(field=share.field)
    if position.currency != payment.currency:
        said = f"The payment is in {payment.currency}, {position.number} in {position.currency}."
        raise PaymentInThirdCurrency(said, field=share.field)
    if share.amount <= 0:
        raise NothingSettled(field=share.field)
    if share.amount > position.open:
        raise position.exceeded(share.field)


def _differences(
    payment: Payment, shares: Sequence[Share], positions: Mapping[UUID, Position], rest: Decimal, on: date
) -> list[Settlement]:
    missing = [(share.invoice_id, positions[share.invoice_id].open - share.amount) for share in shares]
    too_large = [amount for amount in (rest, *(amount for _, amount in missing)) if amount > SMALL_DIFFERENCE]
    if too_large:
        said = f"The difference is {plain(too_large[0])} {payment.currency}, allowed are {plain(SMALL_DIFFERENCE)}."
        raise DifferenceTooLarge(said, field="/settle_difference")
    kind = SettlementKind.ROUNDING
    found = [_settlement(payment, kind, amount, on, invoice_id, uses=False) for invoice_id, amount in missing if amount]
    return found + ([_settlement(payment, kind, rest, on, None)] if rest else [])


def _settlement(
    payment: Payment, kind: SettlementKind, amount: Decimal, on: date, invoice_id: UUID | None, *, uses: bool = True
) -> Settlement:
    return Settlement(new_id(), kind, payment.id, invoice_id, payment.id if uses else None, amount, on)


def check_days(payment: Payment, positions: Mapping[UUID, Position], *, today: date) -> None:
    """Refuse a payment from the future, and one for what was issued only later."""
    if payment.received_on > today:
        raise ReceivedInFuture(field="/received_on")
    if any(position.issued_on > payment.received_on for position in positions.values()):
        raise PaidBeforeIssued(field="/allocations")


def check_amount(payment: Payment) -> None:
    """Refuse a payment of nothing or of a fraction of the smallest unit."""
    money = Money(payment.amount, payment.currency)
    if payment.amount <= 0 or money.rounded() != money:
        raise NothingSettled(field="/amount")


def posting(settlements: Sequence[Settlement], *, received: Decimal = Decimal()) -> list[NewLine]:
    """The lines of the journal: what came into the bank, what left the customer's credit, which claims it settled."""
    sums: dict[PostingRole, Decimal] = defaultdict(Decimal)
    sums[PostingRole.CASH] += received
    sums[PostingRole.CUSTOMER_CREDIT] -= received
    for one in settlements:
        claim = one.amount if one.invoice_id is not None else Decimal()
        credit = one.amount if one.payment_id is not None else Decimal()
        sums[PostingRole.RECEIVABLE] -= claim
        sums[PostingRole.CUSTOMER_CREDIT] += credit
        sums[PostingRole.ROUNDING] += claim - credit
    return [NewLine(role, amount) for role, amount in sums.items() if amount]


def left_after(left: Decimal, settlements: Iterable[Settlement]) -> Decimal:
    """What is left of a payment after these have used it, or have given back what was used."""
    return left - sum((one.amount for one in settlements if one.payment_id is not None), Decimal())


def changes_in_books(
    *, came: Standing | None, credit: Standing, left: Decimal, currency: str
) -> dict[PostingRole, Decimal]:
    """How money and credit of a payment change in the functional `currency` for `left` to be left of it.

    What is left always stands at its part of what the money that `came` was translated to; the money itself leaves
    only when all of the payment is taken back, and then nothing is left. None of a payment that was never translated.
    """
    if came is None or not came.amount:
        return {}
    stands = -part_of(came.functional, part=left, whole=came.amount, currency=currency)
    return {PostingRole.CUSTOMER_CREDIT: stands - credit.functional, PostingRole.CASH: -came.functional}
