"""What is recognised of a price by when: by what it has cost, by the time that has passed, or as it is delivered.

Every figure is cumulative and rounded once; what is posted is the difference to what was recognised before, so a new
estimate or a change order catches up by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

from services.billing.progress.model import Measurement
from shared.money import Money, plain
from shared.period import Period, month_of


class RecognitionMethod(StrEnum):
    """By what the revenue of a contract line is recognised."""

    AS_DELIVERED = "as_delivered"
    MILESTONE = "milestone"
    COST_TO_COST = "cost_to_cost"
    RATABLE = "ratable"


# What is measured has a price, of which a run recognises what is earned; everything else is recognised by its items.
MEASURED = frozenset({RecognitionMethod.COST_TO_COST, RecognitionMethod.RATABLE})
USUAL = {"fixed_fee_percent": RecognitionMethod.COST_TO_COST, "retainer": RecognitionMethod.RATABLE}


def method_of(billing_method: str, stated: str | None) -> RecognitionMethod:
    """The method stated for a line, or the usual one of lines that are billed like it."""
    return RecognitionMethod(stated) if stated else USUAL.get(billing_method, RecognitionMethod.AS_DELIVERED)


@dataclass(frozen=True)
class Obligation:
    """A priced contract line as a month sees it: price, days and estimate with every change in force by its end.

    `materials` is what was spent on materials that are not installed: they are sold at what they cost, without margin
    (ASC 606-10-55-187). `percent_precision` are the digits behind the point of the percentage that the contract reckons
    with; none means that the fraction is not rounded.
    """

    method: RecognitionMethod
    price: Decimal
    currency: str
    days: Period
    measurement: Measurement | None = None
    materials: Decimal = Decimal()
    percent_precision: int | None = None

    def earned_before(self, day: date) -> Decimal | None:
        """Everything earned before `day`; None where nothing says how far the work is."""
        if self.method is RecognitionMethod.RATABLE:
            return self._rounded(self.price * _decimal(passed(self.days, day)))
        if self.measurement is None:
            return None
        materials = min(self.materials, self.price)
        return self._rounded((self.price - materials) * self.fraction) + materials

    @property
    def fraction(self) -> Decimal:
        """How much of the work is done, materials left out, from 0 to 1."""
        if self.measurement is None:
            return Decimal()
        done, whole = _without(self.measurement, self.materials)
        fraction = min(max(Fraction(done) / Fraction(whole), Fraction()), Fraction(1)) if whole > 0 else Fraction()
        if self.percent_precision is None:
            return _decimal(fraction)
        return _decimal(fraction * 100).quantize(Decimal(1).scaleb(-self.percent_precision), ROUND_HALF_UP) / 100

    def in_words(self, day: date) -> str:
        """Why so much is earned before `day`, for whoever reads the figure."""
        if self.method is RecognitionMethod.RATABLE:
            share = _decimal(passed(self.days, day) * 100)
            return f"{share:.4f} % of {plain(self.price)} {self.currency} by time, {self.days}"
        if self.measurement is None:
            return "no progress measured"
        done, whole = _without(self.measurement, self.materials)
        share = self.fraction * 100
        said = f"{plain(done)} of {plain(whole)} on {self.measurement.measured_on}, {share:.4f} % of "
        materials = min(self.materials, self.price)
        if not materials:
            return f"{said}{plain(self.price)} {self.currency}"
        return (
            f"{said}{plain(self.price - materials)} {self.currency}, and materials at their cost of {plain(materials)}"
        )

    def _rounded(self, amount: Decimal) -> Decimal:
        return Money(amount, self.currency).rounded().amount


@dataclass(frozen=True)
class CostEstimate:
    """What a line, or the whole project, has cost, and what it will have cost in the end, as measured last."""

    measurement_id: UUID
    contract_line_id: UUID | None
    to_date: Decimal
    at_completion: Decimal


def passed(days: Period, day: date) -> Fraction:
    """How much of `days` has passed before `day`; every whole month counts the same, a part of one by its days."""
    until = min(max(day, days.starts_on), days.ends_before or day)
    whole = _months(days.starts_on, days.ends_before or day)
    return _months(days.starts_on, until) / whole if whole else Fraction()


def _months(first: date, before: date) -> Fraction:
    return sum((_share(month, first, before) for month in _months_between(first, before)), Fraction())


def _months_between(first: date, before: date) -> Iterator[Period]:
    day = first
    while day < before:
        month = month_of(day)
        yield month
        day = month.ends_before or before


def _share(month: Period, first: date, before: date) -> Fraction:
    last = month.ends_before or before
    inside = min(last, before) - max(month.starts_on, first)
    return Fraction(inside // timedelta(days=1), (last - month.starts_on) // timedelta(days=1))


def _without(measurement: Measurement, materials: Decimal) -> tuple[Decimal, Decimal]:
    """Numerator and denominator; where materials are left out, those of the cost without them."""
    if not materials or measurement.cost_to_date is None or measurement.cost_at_completion is None:
        return measurement.numerator, measurement.denominator
    return measurement.cost_to_date - materials, measurement.cost_at_completion - materials


def _decimal(fraction: Fraction) -> Decimal:
    return Decimal(fraction.numerator) / Decimal(fraction.denominator)
