"""What an adjustment does to each item."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.adjustments.model import (
    ChangesNothing,
    MoreThanThereIs,
    NoValueYet,
    Part,
    SeveralCurrencies,
    all_of,
    by_amount,
    by_percent,
)
from shared.ids import new_id


def a_part(value: str | None = "100.00", minutes: int = 60, currency: str = "EUR") -> Part:
    """Describe what is open of an item."""
    worth = None if value is None else Decimal(value)
    return Part(new_id(), UUID(int=1), UUID(int=2), True, currency, worth, minutes, is_waiting=True)


PARTS = st.lists(
    st.tuples(st.decimals("0.01", "9999.99", places=2), st.integers(1, 1440)).map(
        lambda drawn: a_part(str(drawn[0]), drawn[1])
    ),
    min_size=1,
    max_size=8,
)


def test_a_percentage_is_rounded_half_up_item_by_item() -> None:
    changes = by_percent([a_part("100.10"), a_part("0.05")], Decimal("-50"))

    assert [change.amount for change in changes] == [Decimal("-50.05"), Decimal("-0.03")]


@given(parts=PARTS, cents=st.integers(-5000, 5000).filter(bool))
def test_an_amount_is_spread_to_the_cent_or_refused(parts: list[Part], cents: int) -> None:
    amount = Decimal(cents) / 100
    try:
        changes = by_amount(parts, amount)
    except MoreThanThereIs:
        assert amount < 0
        return

    assert sum(change.amount for change in changes) == amount
    assert not any(change.minutes for change in changes)


@given(parts=PARTS)
def test_taking_everything_leaves_nothing(parts: list[Part]) -> None:
    changes = {change.item_id: change for change in all_of(parts)}

    assert all(part.money.amount + changes[part.item_id].amount == 0 for part in parts)
    assert all(part.minutes + changes[part.item_id].minutes == 0 for part in parts)


def test_what_is_worth_something_does_not_become_a_claim_against_us() -> None:
    with pytest.raises(MoreThanThereIs):
        by_amount([a_part("10.00")], Decimal("-10.01"))


@pytest.mark.parametrize(("minutes", "amount"), [(60, "-0.01"), (0, "-0.01"), (-60, "0.01")])
def test_what_is_worth_nothing_does_not_become_the_opposite_of_its_minutes(minutes: int, amount: str) -> None:
    with pytest.raises(MoreThanThereIs):
        by_amount([a_part("0.00", minutes), a_part("0.00", minutes or 1)], Decimal(amount))

    assert by_amount([a_part("0.00", minutes or 1)], -Decimal(amount))


def test_what_has_no_value_is_not_marked_up_or_down() -> None:
    with pytest.raises(NoValueYet):
        by_percent([a_part(None)], Decimal(10))


def test_an_amount_over_two_currencies_is_refused() -> None:
    with pytest.raises(SeveralCurrencies):
        by_amount([a_part(), a_part(currency="USD")], Decimal(-10))


def test_an_amount_is_spread_by_worth_and_where_there_is_none_by_time() -> None:
    worth = by_amount([a_part("100.00", 60), a_part("300.00", 60)], Decimal("-40.00"))
    time = by_amount([a_part("0.00", 60), a_part("0.00", 180)], Decimal("40.00"))

    assert [change.amount for change in worth] == [-10, -30]
    assert [change.amount for change in time] == [10, 30]


def test_all_of_an_item_may_be_taken_and_what_corrects_it_goes_the_other_way() -> None:
    assert [change.amount for change in by_amount([a_part("10.00")], Decimal("-10.00"))] == [-10]
    assert [change.amount for change in by_amount([a_part("-10.00", 0)], Decimal("5.00"))] == [5]
    assert [change.amount for change in by_percent([a_part("10.00"), a_part("-10.00", -60)], Decimal(-50))] == [-5, 5]


def test_the_spread_amount_is_one_of_the_currency() -> None:
    assert [change.amount for change in by_amount([a_part("10.00")], Decimal("1.005"))] == [Decimal("1.01")]


def test_what_is_unrated_is_written_off_with_its_minutes() -> None:
    [change] = all_of([a_part(None, 90)])

    assert (change.amount, change.minutes) == (Decimal(0), -90)


def test_without_worth_and_time_there_is_nothing_to_spread_over() -> None:
    with pytest.raises(ChangesNothing):
        by_amount([a_part("0.00", 0)], Decimal("5.00"))


def test_what_comes_to_nothing_is_refused() -> None:
    with pytest.raises(ChangesNothing):
        by_percent([a_part("0.01")], Decimal("-10"))
