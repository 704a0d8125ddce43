"""An accrual: an estimate for the last day of a month, and its reversal on the first day of the next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from services.billing.ledger.model.accounts import PostingRole
from services.billing.ledger.model.entries import NewEntry, NewLine, Source, SourceKind, entry_id
from shared.errors import Conflict, Invalid
from shared.money import Money
from shared.period import Period


class NoEstimate(Invalid):
    """An accrual needs an estimate: minutes, or an amount of more than nothing.

    Give the minutes of a line with an hourly rate, or the amount; not both.
    """


class AccrualBeyondCap(Conflict):
    """The line has a cap, and with this accrual more than that would be revenue.

    Accrue no more than the cap leaves, or have it raised by a change order first.
    """


@dataclass(frozen=True)
class Accrual:
    """What is taken for earned on a contract line at the end of a month, because its time is not there yet."""

    id: UUID
    legal_entity: str
    contract_id: UUID
    contract_line_id: UUID
    period_starts_on: date
    currency: str
    amount: Decimal
    minutes: int | None
    reason: str
    accrued_by: str
    accrued_at: datetime

    @property
    def entry_id(self) -> UUID:
        """The entry on the last day of the month."""
        return entry_id(Source(SourceKind.ACCRUAL, self.id))

    @property
    def reversal_id(self) -> UUID:
        """The entry that takes it back on the first day of the next."""
        return entry_id(Source(SourceKind.REVERSAL, self.entry_id))


@dataclass(frozen=True)
class Asked:
    """What somebody takes for earned on a contract line at the end of a month: minutes at its rate, or an amount."""

    id: UUID
    contract_id: UUID
    contract_line_id: UUID
    period: Period
    minutes: int | None
    amount: Decimal | None
    reason: str

    def worth(self, *, hourly_rate: Decimal | None, currency: str) -> Decimal:
        """What it comes to, rounded half up once; raises NoEstimate."""
        if self.amount is not None and self.minutes is None:
            value = self.amount
        elif self.minutes is not None and self.amount is None and hourly_rate is not None:
            value = hourly_rate * self.minutes / 60
        else:
            raise NoEstimate(field="/amount")
        if value <= 0:
            raise NoEstimate(field="/amount")
        return Money(value, currency).rounded().amount


def entry_for(accrual: Accrual, *, last_day: date, contract_number: str, thread_id: UUID) -> NewEntry:
    """Debit the contract's net position, credit revenue."""
    sides = ((PostingRole.CONTRACT_ASSET, accrual.amount), (PostingRole.REVENUE, -accrual.amount))
    return NewEntry(
        legal_entity=accrual.legal_entity,
        currency=accrual.currency,
        on=last_day,
        text=f"Time not submitted yet, {last_day:%Y-%m}, {contract_number}: {accrual.reason}",
        source=Source(SourceKind.ACCRUAL, accrual.id),
        lines=[NewLine(role, amount, accrual.contract_id, accrual.contract_line_id) for role, amount in sides],
        thread_id=thread_id,
        difference=PostingRole.REVENUE,
    )
