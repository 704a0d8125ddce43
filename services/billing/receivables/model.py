"""What is open on an invoice: its gross amount less everything that settled it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from services.billing.ledger.model.translation import part_of
from shared.errors import Conflict, Invalid, NotFound
from shared.money import Money, plain
from shared.reasons import because

BANDS = ("current", "1-30", "31-60", "61-90", "90+")
LAST_DAYS = (0, 30, 60, 90)


class NoSuchReceivable(NotFound):
    """No such invoice has been issued.

    Only an issued invoice can be paid; check the number, or issue it first.
    """


class MoreThanOpen(Conflict):
    """This is more than is open on the invoice.

    Take no more than what is open; what is left of a payment stays with the customer as credit.
    """


class CreditsWhatWasGivenUp(Conflict):
    """What was written off of an invoice is credited once it is recovered: else it would leave the books twice.

    Recover the write-off first, by as much as is missing, and issue the credit note then.
    """


class NothingSettled(Invalid):
    """An amount that settles something is more than nothing, in whole units of its currency.

    Leave out what nothing is paid on.
    """


class TakenBackAlready(Conflict):
    """This was taken back before.

    Nothing is left to do: the invoice is open again by this amount.
    """


class SettlementKind(StrEnum):
    """What an invoice was settled by."""

    PAYMENT = "payment"
    ROUNDING = "rounding"
    CREDIT_NOTE = "credit_note"
    WRITE_OFF = "write_off"
    RECOVERY = "recovery"


GIVEN_UP = frozenset({SettlementKind.WRITE_OFF, SettlementKind.RECOVERY})


class ReceivableState(StrEnum):
    """How far an issued invoice is settled."""

    OPEN = "open"
    PART_PAID = "part_paid"
    PAID = "paid"
    WRITTEN_OFF = "written_off"


@dataclass(frozen=True)
class Settlement:
    """One amount that leaves an invoice, or comes from a payment, or mostly both; negative when it is taken back.

    `cause_id` is what it was done for: the payment, the credit note or the write-off.
    """

    id: UUID
    kind: SettlementKind
    cause_id: UUID
    invoice_id: UUID | None
    payment_id: UUID | None
    amount: Decimal
    settled_on: date
    reverses_id: UUID | None = None


@dataclass(frozen=True)
class Position:
    """An issued invoice as a claim."""

    invoice_id: UUID
    number: str
    customer_id: UUID
    legal_entity_id: UUID
    thread_id: UUID
    currency: str
    issued_on: date
    due_on: date
    gross: Decimal
    open: Decimal

    def exceeded(self, field: str | None = None) -> MoreThanOpen:
        """The refusal to take more of it than is open."""
        return MoreThanOpen(
            because(
                "%(open)s %(currency)s are open on %(number)s.",
                open=plain(self.open),
                currency=self.currency,
                number=self.number,
            ),
            field=field,
        )


def check_credit(amount: Decimal, position: Position, settled: Mapping[SettlementKind, Decimal]) -> None:
    """Refuse to credit more of an invoice than is open on it or was paid, given what it was `settled` by."""
    paid = settled.get(SettlementKind.PAYMENT, Decimal()) + settled.get(SettlementKind.ROUNDING, Decimal())
    given_up = sum((settled.get(kind, Decimal()) for kind in GIVEN_UP), Decimal())
    if given_up and (missing := amount - position.open - paid) > 0:
        raise CreditsWhatWasGivenUp(
            because(
                "%(missing)s %(currency)s of %(number)s were written off.",
                missing=plain(missing),
                currency=position.currency,
                number=position.number,
            )
        )


def state_of(gross: Decimal, open_amount: Decimal, *, lost: Decimal = Decimal()) -> ReceivableState:
    """How far an invoice over `gross` is settled when `open_amount` is left, of which `lost` was given up."""
    if open_amount <= 0:
        return ReceivableState.WRITTEN_OFF if lost else ReceivableState.PAID
    return ReceivableState.OPEN if open_amount >= gross else ReceivableState.PART_PAID


def check(settlements: Iterable[Settlement], positions: Mapping[UUID, Position]) -> None:
    """Refuse to settle an unknown invoice, by a fraction, or by more than is open on it."""
    left = {invoice_id: position.open for invoice_id, position in positions.items()}
    for one in settlements:
        if one.invoice_id is None:
            continue
        position = positions.get(one.invoice_id)
        if position is None:
            raise NoSuchReceivable()
        money = Money(one.amount, position.currency)
        if not money or money.rounded() != money:
            raise NothingSettled()
        left[one.invoice_id] -= one.amount
        if one.amount > 0 and left[one.invoice_id] < 0:
            raise position.exceeded()


def taken_back(one: Settlement, *, id: UUID, on: date) -> Settlement:
    """The settlement that undoes `one`."""
    return Settlement(id, one.kind, one.cause_id, one.invoice_id, one.payment_id, -one.amount, on, reverses_id=one.id)


def change_in_books(
    settlements: Iterable[Settlement],
    before: Mapping[UUID, Position],
    translated: Mapping[UUID, Decimal],
    currency: str,
) -> Decimal:
    """By how much settlements change the receivable in the functional `currency`, given what invoices are there.

    What is open of an invoice always stands at its part of what all of it was translated to, so that nothing is left
    when nothing is open, whatever was settled and taken back in between.
    """
    change = Decimal()
    settled: dict[UUID, Decimal] = defaultdict(Decimal)
    for one in settlements:
        if one.invoice_id is not None:
            settled[one.invoice_id] += one.amount
    for invoice_id, amount in settled.items():
        position, whole = before[invoice_id], translated[invoice_id]
        for sign, part in ((1, position.open - amount), (-1, position.open)):
            change += sign * part_of(whole, part=part, whole=position.gross, currency=currency)
    return change


def overdue_by(due_on: date, as_of: date) -> int:
    """The days that payment is late, nought before and on the day it is due."""
    return max((as_of - due_on).days, 0)


def band(days: int) -> str:
    """The band of an ageing report for something `days` late."""
    return BANDS[sum(days > last for last in LAST_DAYS)]


@dataclass(frozen=True)
class Aged:
    """What one customer owes in one currency, by how late it is; `bands` are in the order of BANDS."""

    customer_id: UUID
    customer_name: str
    currency: str
    bands: Sequence[Decimal]

    @property
    def total(self) -> Decimal:
        """Everything open."""
        return sum(self.bands, Decimal())


@dataclass(frozen=True)
class Agreement:
    """The open items of one currency beside the account: `by_hand` is what was posted to it without an invoice."""

    currency: str
    items: Decimal
    account: Decimal
    by_hand: Decimal

    @property
    def unexplained(self) -> Decimal:
        """What neither items nor entries by hand account for; nought, or something is wrong."""
        return self.account - self.items - self.by_hand
