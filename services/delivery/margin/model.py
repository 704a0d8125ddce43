"""What an hour of work costs, and what a project has earned so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from shared.money import Money

MINUTES_AN_HOUR = 60


@dataclass(frozen=True)
class CostRate:
    """What an hour of a person costs from `starts_on` up to, not including, `ends_before`."""

    starts_on: date
    ends_before: date | None
    hourly_cost: Money

    def is_valid_on(self, day: date) -> bool:
        """Whether this is the rate of `day`."""
        return self.starts_on <= day and (self.ends_before is None or day < self.ends_before)


@dataclass(frozen=True)
class ApprovedWork:
    """One approved time entry as far as its cost goes; a reversal has negative minutes."""

    entry_id: UUID
    project_id: UUID
    person_id: UUID
    day: date
    minutes: int
    billable: bool
    currency: str


@dataclass(frozen=True)
class Cost:
    """What an entry costs and at which rate; both are missing as long as no rate is known."""

    hourly: Decimal | None
    amount: Decimal | None


UNKNOWN = Cost(None, None)


def cost_of(work: ApprovedWork, rates: Sequence[CostRate]) -> Cost:
    """The cost of `work` at the person's rate of that day, rounded to the smallest unit entry by entry.

    A rate in another currency than the project's is as good as none: delivery does not exchange money.
    """
    for rate in rates:
        if rate.is_valid_on(work.day) and rate.hourly_cost.currency == work.currency:
            exact = rate.hourly_cost.amount * work.minutes / MINUTES_AN_HOUR
            return Cost(rate.hourly_cost.amount, Money(exact, work.currency).rounded().amount)
    return UNKNOWN


@dataclass(frozen=True)
class Actuals:
    """What approved time on a project costs and is worth so far, and what billing made of it."""

    minutes: int
    cost: Decimal
    uncosted_minutes: int
    value: Decimal
    unvalued_minutes: int
    invoiced: Decimal
    recognised: Decimal
