"""Remaining performance obligations: the price that is left of a contract line, spread over the days that are left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from services.billing.recognition.model.methods import RecognitionMethod, passed
from shared.money import Money
from shared.period import Period


class Band(StrEnum):
    """When the revenue is expected, counted from the day of the report."""

    WITHIN_A_YEAR = "within_a_year"
    WITHIN_TWO_YEARS = "within_two_years"
    LATER = "later"


class Exclusion(StrEnum):
    """Why a contract line is left out: billed as worked (IFRS 15.B16), or of a contract of a year at most."""

    AS_WORKED = "as_worked"
    A_YEAR_AT_MOST = "a_year_at_most"


@dataclass(frozen=True)
class Promised:
    """A contract line on the day of the report: its price, what is recognised of it, and the days it is sold for."""

    contract_id: UUID
    contract_number: str
    contract_name: str
    contract_line_id: UUID
    description: str
    currency: str
    method: RecognitionMethod
    is_billed_as_worked: bool
    price: Decimal
    recognised: Decimal
    days: Period
    contract_days: Period
    due_on: date | None = None

    @property
    def remaining(self) -> Decimal:
        """What is left to recognise."""
        return max(self.price - self.recognised, Decimal())

    def left_out(self, *, without_short: bool) -> Exclusion | None:
        """Why the line does not count, if it does not."""
        if self.is_billed_as_worked:
            return Exclusion.AS_WORKED
        ends = self.contract_days.ends_before
        if without_short and ends is not None and ends <= later(self.contract_days.starts_on, years=1):
            return Exclusion.A_YEAR_AT_MOST
        return None

    def by_band(self, on: date) -> dict[Band, Decimal]:
        """What is left, spread evenly over the days from `on` to the end, or whole where a milestone is due."""
        first, second = later(on, years=1), later(on, years=2)
        if self.due_on is not None:
            band = Band.WITHIN_A_YEAR if self.due_on < first else Band.WITHIN_TWO_YEARS
            return {band if self.due_on < second else Band.LATER: self.remaining}
        ends = self.days.ends_before
        if ends is None or ends <= first:
            return {Band.WITHIN_A_YEAR: self.remaining}
        left = Period(max(on, self.days.starts_on), ends)
        upto = [self._share(left, day) for day in (first, second)]
        return {
            Band.WITHIN_A_YEAR: upto[0],
            Band.WITHIN_TWO_YEARS: upto[1] - upto[0],
            Band.LATER: self.remaining - upto[1],
        }

    def _share(self, left: Period, day: date) -> Decimal:
        share = passed(left, day)
        amount = self.remaining * share.numerator / share.denominator
        return Money(amount, self.currency).rounded().amount


@dataclass(frozen=True)
class Remaining:
    """What is left in one currency by band, and how many lines were left out for which reason."""

    currency: str
    bands: Mapping[Band, Decimal]
    total: Decimal


def in_all(lines: Iterable[Promised], on: date) -> list[Remaining]:
    """What is left of `lines`, by currency."""
    sums: dict[str, dict[Band, Decimal]] = {}
    for line in lines:
        of_currency = sums.setdefault(line.currency, dict.fromkeys(Band, Decimal()))
        for band, amount in line.by_band(on).items():
            of_currency[band] += amount
    return [Remaining(name, bands, sum(bands.values(), Decimal())) for name, bands in sorted(sums.items())]


def later(day: date, *, years: int) -> date:
    """The same day in `years`; the 29th of February becomes the 1st of March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
