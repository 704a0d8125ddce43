"""What change orders leave of what is sold, without anything around them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.delivery.change_orders.model.effect import Standing, with_change
from services.delivery.change_orders.model.lines import Asked, SoldLine, TakesMoreThanIsSold, changed_lines
from services.delivery.change_orders.model.order import ChangeOrder, Terms
from services.delivery.templates.model.rules import BillingMethod
from shared.ids import new_id
from shared.money import money

LINE = UUID(int=1)
DELTAS = st.lists(st.integers(min_value=-6_000, max_value=6_000).filter(bool), max_size=8)


def sold(minutes: int) -> dict[UUID, SoldLine]:
    worth = Decimal(minutes) * 2
    line = SoldLine(
        LINE, "Build", BillingMethod.TIME_AND_MATERIALS, "", "Consultant", Decimal(120), worth, minutes, None
    )
    return {LINE: line}


@given(deltas=DELTAS)
def test_no_sequence_of_orders_leaves_less_than_nothing_and_each_is_worth_its_minutes(deltas: list[int]) -> None:
    minutes = 3_000
    standing = Standing(minutes, money("6000 EUR"), money("3500 EUR"), date(2026, 6, 1))
    for delta in deltas:
        order_id = new_id()
        try:
            asked = [Asked(LINE, minutes_delta=delta)]
            lines = changed_lines(order_id, asked, sold(minutes), {"Consultant": Decimal(70)}, "EUR")
        except TakesMoreThanIsSold:
            assert minutes + delta < 0
            continue
        order = ChangeOrder(order_id, new_id(), "P-1/C1", "EUR", Terms("", "", date(2026, 3, 1)), lines=lines)
        minutes += delta
        standing = with_change(standing, order)

    assert standing.minutes == minutes >= 0
    assert standing.price.amount == Decimal(minutes) * 2
    assert abs(standing.cost.amount - Decimal(minutes) * 70 / 60) <= Decimal("0.005") * (len(deltas) + 1)
