"""A write-off: how much of which claim is given up, why, and who agreed; what comes in after all recovers it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from services.billing.ledger.model.accounts import PostingRole
from services.billing.ledger.model.entries import NewLine
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.money import Money, plain
from shared.reasons import because


class NoSuchWriteOff(NotFound):
    """There is no such write-off."""


class NotProposed(Conflict):
    """This write-off was approved or refused already.

    Propose another one for what is still open; what was written off comes back by a recovery.
    """


class NotWrittenOff(Conflict):
    """Only an approved write-off is recovered.

    Refuse the proposal instead: the claim is open as it was.
    """


class OwnWriteOff(Forbidden):
    """Nobody approves a write-off that they proposed.

    Ask somebody else who may.
    """


class WrittenOffInFuture(Invalid):
    """Nothing is written off or recovered ahead.

    Leave `on` out to date it today.
    """


class WrittenOffBeforeIssued(Invalid):
    """A claim is not given up before there was one, nor recovered before it was given up.

    Use the day of the invoice, or of the write-off, or a later one.
    """


class RecoversMore(Conflict):
    """This is more than is still written off.

    Recover no more than that; what a customer pays beyond it is their credit.
    """


class WriteOffStatus(StrEnum):
    """proposed → approved or refused."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"


class ChargedTo(StrEnum):
    """Where a loss went: to the allowance, or to bad debts where losses are not expected beforehand."""

    ALLOWANCE = "allowance"
    BAD_DEBT = "bad_debt"


@dataclass(frozen=True)
class GivenUp:
    """What of an invoice is given up so that its tax is reclaimed, and that tax."""

    amount: Decimal = Decimal()
    tax: Decimal = Decimal()

    def __add__(self, other: GivenUp) -> GivenUp:
        return GivenUp(self.amount + other.amount, self.tax + other.tax)


@dataclass(eq=False)
class WriteOff:
    """So much of an invoice that is given up; `tax` of it is reclaimed from the tax office, the rest is the loss."""

    id: UUID
    invoice_id: UUID
    currency: str
    amount: Decimal
    tax: Decimal
    reason: str
    proposed_by: str
    proposed_at: datetime
    status: WriteOffStatus = WriteOffStatus.PROPOSED
    charged_to: ChargedTo | None = None
    written_off_on: date | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    refused_because: str = ""
    reclaims_tax: bool = False
    version: int = 1

    def approve(
        self, *, on: date, today: date, issued_on: date, charged_to: ChargedTo, by: str, at: datetime, is_own: bool
    ) -> list[NewLine]:
        """Agree to what somebody else proposed; gives the lines of the journal."""
        self._decide(WriteOffStatus.APPROVED, by=by, at=at, is_own=is_own)
        check_day(on, today=today, not_before=issued_on)
        self.charged_to, self.written_off_on = charged_to, on
        return self._posting(charged_to, self.amount, self.tax)

    def refuse(self, *, by: str, at: datetime, reason: str) -> None:
        """Leave the claim open."""
        self._decide(WriteOffStatus.REFUSED, by=by, at=at, is_own=False)
        self.refused_because = reason

    def recover(self, amount: Decimal, *, before: Decimal, on: date, today: date) -> list[NewLine]:
        """Take back `amount`, beside what was recovered `before`; gives the lines of the journal.

        The tax follows in proportion, so that all of it is owed again when all is recovered.
        """
        if self.charged_to is None or self.written_off_on is None:
            raise NotWrittenOff()
        check_day(on, today=today, not_before=self.written_off_on)
        left = self.amount - before
        if amount > left:
            raise RecoversMore(
                because("%(left)s %(currency)s are still written off.", left=plain(left), currency=self.currency),
                field="/amount",
            )
        tax = self._tax_on(before + amount) - self._tax_on(before)
        return self._posting(self.charged_to, -amount, -tax)

    def standing(self, recovered: Decimal) -> GivenUp:
        """What of it is still given up once so much came back."""
        return GivenUp(self.amount - recovered, self.tax - self._tax_on(recovered))

    def _decide(self, status: WriteOffStatus, *, by: str, at: datetime, is_own: bool) -> None:
        if self.status is not WriteOffStatus.PROPOSED:
            raise NotProposed()
        if is_own:
            raise OwnWriteOff()
        self.status, self.decided_by, self.decided_at = status, by, at

    def _tax_on(self, amount: Decimal) -> Decimal:
        return Money(self.tax * amount / self.amount, self.currency).rounded().amount

    def _posting(self, charged_to: ChargedTo, amount: Decimal, tax: Decimal) -> list[NewLine]:
        loss = PostingRole(charged_to.value)
        sides = ((PostingRole.RECEIVABLE, -amount), (PostingRole.OUTPUT_TAX, tax), (loss, amount - tax))
        return [NewLine(role, side) for role, side in sides if side]


def tax_within(amount: Decimal, *, before: GivenUp, net: Decimal, gross: Decimal, currency: str) -> Decimal:
    """The tax in a part of an invoice, in proportion to all of it, beside what was given up before.

    What it comes to with that is rounded, half up, so that parts give up as much tax as the whole would.
    """
    so_far = Money((before.amount + amount) * (gross - net) / gross, currency).rounded().amount
    return min(max(so_far - before.tax, Decimal()), amount)


def recovered(amounts: Iterable[Decimal]) -> Decimal:
    """What was recovered, given what recoveries settled, which opens the claim again and is negative."""
    return -sum(amounts, Decimal())


def check_day(on: date, *, today: date, not_before: date) -> None:
    """Refuse a day ahead, or before there was anything to give up or to recover."""
    if on > today:
        raise WrittenOffInFuture(field="/on")
    if on < not_before:
        raise WrittenOffBeforeIssued(field="/on")
