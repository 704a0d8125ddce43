"""What a change order does to hours, price, cost and end of a project."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.delivery.change_orders.model.order import ChangeOrder
from shared.money import Money, total


@dataclass(frozen=True)
class Standing:
    """What a project comes to."""

    minutes: int
    price: Money
    cost: Money
    ends_before: date

    @property
    def margin(self) -> Money:
        """What is left of the price after the cost."""
        return self.price - self.cost

    @property
    def margin_share(self) -> Decimal | None:
        """The margin as a part of the price, to four places; none without a price."""
        return (self.margin.amount / self.price.amount).quantize(Decimal("0.0001")) if self.price else None


def with_change(before: Standing, order: ChangeOrder) -> Standing:
    """What the project would come to with `order`."""
    currency = order.currency
    return Standing(
        minutes=before.minutes + sum(line.minutes_delta or 0 for line in order.lines),
        price=before.price + total((Money(line.amount_delta, currency) for line in order.lines), currency),
        cost=before.cost + total((line.cost_delta(currency) for line in order.lines), currency),
        ends_before=order.terms.new_ends_before or before.ends_before,
    )
