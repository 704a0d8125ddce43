"""What amounts are in the currency that a legal entity keeps its books in, its functional currency."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from services.billing.exchange_rates.model import ExchangeRate
from shared.money import Money


@dataclass(frozen=True)
class Translation:
    """Into which currency an entry is translated, and by which rate, where it is in another one.

    Without a rate it says what every line stands at already.
    """

    currency: str
    rate_id: UUID | None = None
    rate: ExchangeRate | None = None

    def of(self, amount: Decimal) -> Decimal:
        """What an amount of the entry is in the functional currency, to its smallest unit."""
        return amount if self.rate is None else self.rate.translate(amount, into=self.currency)


def part_of(standing: Decimal, *, part: Decimal, whole: Decimal, currency: str) -> Decimal:
    """What `part` of the `whole` that stands at `standing` in the functional `currency` stands at there.

    What is taken part by part, and what is left, always add up: the whole stands at exactly `standing`.
    """
    return Money(standing * part / whole, currency).rounded().amount if whole else Decimal()
