"""Money adds up, splits without remainder, and never mixes currencies."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.money import CurrencyMismatch, Money, money, plain, total

amounts = st.decimals(Decimal("-1e9"), Decimal("1e9"), places=2).map(lambda amount: Money(amount, "EUR"))
weights = st.lists(st.integers(0, 10_000), min_size=1, max_size=40).filter(any)
CENT = Decimal("0.01")


@given(amounts, weights)
def test_parts_add_up_to_the_whole(whole: Money, shares: list[int]) -> None:
    assert total(whole.allocate(shares), "EUR") == whole


@given(amounts, weights)
def test_no_part_is_off_by_more_than_a_cent(whole: Money, shares: list[int]) -> None:
    for part, share in zip(whole.allocate(shares), shares, strict=True):
        assert abs(part.amount - whole.amount * share / sum(shares)) <= CENT


@pytest.mark.parametrize("shares", [[], [0, 0], [1, -1, 5]])
def test_weights_that_mean_nothing_are_refused(shares: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        money("10.00 EUR").allocate(shares)


@pytest.mark.parametrize(
    ("exact", "rounded"), [("1.005", "1.01"), ("-1.005", "-1.01"), ("1.0049", "1.00"), ("2.675", "2.68")]
)
def test_halves_are_rounded_away_from_zero(exact: str, rounded: str) -> None:
    assert money(f"{exact} EUR").rounded() == money(f"{rounded} EUR")


def test_a_currency_without_cents_is_rounded_to_its_own_unit() -> None:
    assert money("1250.5 JPY").rounded() == money("1251 JPY")


def test_currencies_do_not_mix() -> None:
    with pytest.raises(CurrencyMismatch):
        money("1.00 EUR") + money("1.00 USD")


def test_a_float_is_no_amount() -> None:
    with pytest.raises(TypeError):
        Money(1.5, "EUR")  # type: ignore[arg-type]


@given(st.decimals(Decimal("-1e13"), Decimal("1e13"), places=6))
def test_an_amount_has_one_spelling_that_reads_back(amount: Decimal) -> None:
    assert Decimal(plain(amount)) == amount
    assert plain(amount) == plain(amount + Decimal("0.000000"))
    assert len(plain(amount).partition(".")[2]) >= 2
