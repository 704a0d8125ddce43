"""Dated prices, without anything around them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.crm.products.model import (
    EndsTooEarly,
    NoSuchPrice,
    Price,
    PricesOverlap,
    Product,
    ProductKind,
    RoleExpected,
)
from shared.ids import new_id

DAY = date(2026, 1, 1)
SPANS = st.tuples(st.integers(0, 60), st.one_of(st.none(), st.integers(1, 60)))


def a_product() -> Product:
    return Product(new_id(), "TIME", "Consultant, by the hour", ProductKind.TIME_BY_ROLE, staffing_role="Consultant")


def a_price(product: Product, start: int, days: int | None, currency: str = "EUR") -> Price:
    starts_on = DAY + timedelta(start)
    ends_before = None if days is None else starts_on + timedelta(days)
    return Price(new_id(), product.id, currency, Decimal(100 + start), Decimal(60), starts_on, ends_before)


@given(spans=st.lists(SPANS, max_size=10))
def test_on_every_day_there_is_at_most_one_price(spans: list[tuple[int, int | None]]) -> None:
    product = a_product()
    for start, days in spans:
        try:
            product.price_at(a_price(product, start, days))
        except PricesOverlap:
            continue

    for day in range(130):
        holding = [price for price in product.prices if DAY + timedelta(day) in price.period]
        assert len(holding) <= 1
        assert product.price_on(DAY + timedelta(day), "EUR") is (holding[0] if holding else None)


def test_prices_of_two_currencies_hold_side_by_side() -> None:
    product = a_product()
    product.price_at(a_price(product, 0, None))
    product.price_at(a_price(product, 0, None, "USD"))

    assert {price.currency for price in product.prices} == {"EUR", "USD"}


def test_a_price_ends_where_the_next_one_starts() -> None:
    product = a_product()
    first = a_price(product, 0, None)
    product.price_at(first)
    product.end_price(first.id, DAY + timedelta(31))
    product.price_at(a_price(product, 31, None))

    with pytest.raises(PricesOverlap):
        product.end_price(first.id, None)
    with pytest.raises(EndsTooEarly):
        product.end_price(first.id, DAY)
    with pytest.raises(NoSuchPrice):
        product.end_price(new_id(), None)


@pytest.mark.parametrize(("kind", "role"), [(ProductKind.TIME_BY_ROLE, None), (ProductKind.FIXED_FEE, "Consultant")])
def test_time_by_role_names_its_role_and_nothing_else_does(kind: ProductKind, role: str | None) -> None:
    with pytest.raises(RoleExpected):
        Product(new_id(), "X", "X", kind, staffing_role=role)
