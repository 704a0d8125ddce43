"""Money: an exact amount in one currency. There is no default currency and no float."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import get_currency_precision


class CurrencyMismatch(TypeError):
    """Amounts in different currencies cannot be combined."""


@dataclass(frozen=True, order=False)
class Money:
    """An exact `amount` of `currency` (ISO 4217), for example `Money(Decimal("120.50"), "EUR")`."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise TypeError(f"Money needs a Decimal, got {self.amount!r}")

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        """Multiply exactly; call `rounded` where the business rounds."""
        return Money(self.amount * factor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def rounded(self) -> Money:
        """Round half up, away from zero, to the currency's smallest unit, as invoices do."""
        return Money(self.amount.quantize(_smallest_unit(self.currency), ROUND_HALF_UP), self.currency)

    def allocate(self, weights: Sequence[Decimal | int]) -> list[Money]:
        """Split into parts in proportion to `weights` that add up exactly.

        Every part is rounded to the smallest unit; the cumulative sum is rounded, so no part is off by more
        than one unit. Raises ValueError unless the weights are not negative and sum to more than zero.
        """
        total = sum((Decimal(weight) for weight in weights), Decimal())
        if total <= 0 or any(weight < 0 for weight in weights):
            raise ValueError("weights must not be negative and must sum to more than zero")
        parts: list[Money] = []
        so_far, given = Decimal(), zero(self.currency)
        for weight in weights:
            so_far += weight
            upto = Money(self.amount * so_far / total, self.currency).rounded() if so_far != total else self
            parts.append(upto - given)
            given = upto
        return parts

    def _same(self, other: Money) -> Decimal:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self} and {other}")
        return other.amount


def zero(currency: str) -> Money:
    """Nothing, in `currency`."""
    return Money(Decimal(), currency)


def total(amounts: Iterable[Money], currency: str) -> Money:
    """The sum of `amounts`, all of them in `currency`."""
    return sum(amounts, zero(currency))


def money(text: str) -> Money:
    """Read `"120.50 EUR"`."""
    amount, currency = text.split()
    return Money(Decimal(amount), currency)


def plain(amount: Decimal) -> str:
    """`amount` as text with two digits behind the point, or as many more as it needs: one number, one spelling."""
    digits = -int(amount.normalize().as_tuple().exponent)
    return f"{amount:.{max(2, digits)}f}"


def _smallest_unit(currency: str) -> Decimal:
    return Decimal(1).scaleb(-get_currency_precision(currency))
