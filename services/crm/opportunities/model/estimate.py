"""The services estimate: which roles work how long, at which price and cost, before the sale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID, uuid5

from shared.money import Money, total


def time_value(minutes: int, hourly: Decimal, currency: str) -> Decimal:
    """What `minutes` are worth at `hourly`, rounded half up to the currency's smallest unit."""
    return Money(Decimal(minutes) * hourly / 60, currency).rounded().amount


def id_of_role_for(line_id: UUID) -> UUID:
    """The id of planned work that nobody planned: it was made of a sold line, and is made anew when that changes."""
    return uuid5(line_id, "estimate")


@dataclass(eq=False)
class EstimateRole:
    """Planned work of one staffing role; `line_id` is the sold line that it delivers, where one is meant."""

    id: UUID
    opportunity_id: UUID
    position: int
    staffing_role: str
    minutes: int
    hourly_price: Decimal
    hourly_cost: Decimal
    line_id: UUID | None = None
    skills: list[str] = field(default_factory=list)

    @property
    def is_made_of_line(self) -> bool:
        """Whether nobody planned it: it says what a sold line says."""
        return self.line_id is not None and self.id == id_of_role_for(self.line_id)


@dataclass(frozen=True)
class Estimate:
    """The sums over the roles of an estimate, each role rounded for itself so that the parts add up."""

    price: Decimal
    cost: Decimal

    @classmethod
    def of(cls, roles: Sequence[EstimateRole], currency: str) -> Estimate:
        """Add up `roles`, priced in `currency`."""
        prices = (Money(time_value(one.minutes, one.hourly_price, currency), currency) for one in roles)
        costs = (Money(time_value(one.minutes, one.hourly_cost, currency), currency) for one in roles)
        return cls(total(prices, currency).amount, total(costs, currency).amount)

    @property
    def margin(self) -> Decimal:
        """What is left of the price after the cost."""
        return self.price - self.cost

    @property
    def margin_share(self) -> Decimal | None:
        """The margin as a part of the price, to four places; none without a price."""
        return (self.margin / self.price).quantize(Decimal("0.0001")) if self.price else None
