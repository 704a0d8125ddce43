"""What we sell, and at which dated price."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from shared.errors import Conflict, Invalid, NotFound
from shared.period import Period


class NoSuchProduct(NotFound):
    """There is no such product.

    Choose one from the list of products, or have it created.
    """


class CodeTaken(Conflict):
    """Another product has this code, or sells the time of this staffing role.

    Choose another code; for another price of a role, add a price to its product.
    """


class PricesOverlap(Conflict):
    """The product has a price in this currency for some of these days already.

    End the earlier price first, or choose other days.
    """


class RoleExpected(Invalid):
    """A product that sells time by role names the staffing role, and no other product does.

    Give `staffing_role` with the kind `time_by_role`, and leave it out otherwise.
    """


class NoSuchPrice(NotFound):
    """The product has no such price.

    Read the product for the ids of its prices.
    """


class EndsTooEarly(Invalid):
    """A price ends after it starts.

    Choose a day after the price's first one.
    """


class NoPrice(Conflict):
    """The price book has no price for this staffing role on this day in this currency.

    Give the price yourself, or have it added to the price book.
    """


class NoStandardCost(Conflict):
    """The price book has no standard cost for this staffing role on this day in this currency.

    Have the standard cost added to the role's product, so that the margin can be known.
    """


class ProductKind(StrEnum):
    """How a product is sold."""

    TIME_BY_ROLE = "time_by_role"
    FIXED_FEE = "fixed_fee"
    MILESTONE = "milestone"
    RETAINER = "retainer"
    EXPENSE = "expense"


@dataclass(eq=False)
class Price:
    """What one unit is sold for from `starts_on` up to, not including, `ends_before`.

    The unit is an hour for time by role, one piece for the rest; `standard_cost` is what we reckon it costs us.
    """

    id: UUID
    product_id: UUID
    currency: str
    amount: Decimal
    standard_cost: Decimal | None
    starts_on: date
    ends_before: date | None = None

    @property
    def period(self) -> Period:
        """The days on which the price holds."""
        return Period(self.starts_on, self.ends_before)

    def become(self, price: Price) -> None:
        """Take over what `price` says."""
        self.currency, self.amount, self.standard_cost = price.currency, price.amount, price.standard_cost
        self.starts_on, self.ends_before = price.starts_on, price.ends_before


@dataclass(eq=False)
class Product:
    """Something we sell."""

    id: UUID
    code: str
    name: str
    kind: ProductKind
    series: str = ""
    staffing_role: str | None = None
    version: int = 1
    prices: list[Price] = field(default_factory=list)

    def __post_init__(self) -> None:
        if (self.kind is ProductKind.TIME_BY_ROLE) != bool(self.staffing_role):
            raise RoleExpected(field="/staffing_role")

    def price_at(self, price: Price) -> None:
        """Add a dated price, or change the one with the same id; no two prices of one currency share a day."""
        rivals = [one for one in self.prices if one.currency == price.currency and one.id != price.id]
        if any(one.period.overlaps(price.period) for one in rivals):
            raise PricesOverlap(field="/starts_on")
        known = next((one for one in self.prices if one.id == price.id), None)
        if known is None:
            self.prices.append(price)
        else:
            known.become(price)

    def end_price(self, price_id: UUID, ends_before: date | None) -> None:
        """Let a price hold up to, not including, `ends_before`; raises NoSuchPrice, PricesOverlap, EndsTooEarly."""
        price = next((one for one in self.prices if one.id == price_id), None)
        if price is None:
            raise NoSuchPrice()
        if ends_before is not None and ends_before <= price.starts_on:
            raise EndsTooEarly(field="/ends_before")
        self.price_at(replace(price, ends_before=ends_before))

    def price_on(self, day: date, currency: str) -> Price | None:
        """The price that holds on `day` in `currency`, if there is one."""
        return next((one for one in self.prices if one.currency == currency and day in one.period), None)
