"""What takes a batch in a foreign currency takes both amounts, and every account comes to the same in either."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from services.billing.batches.model.canonical import BatchedEntry
from services.billing.batches.model.renderings.renderers import Renderer, rendered
from services.billing.batches.model.renderings.sealed import CannotRender, Sealed
from tests.support.feeds import (
    IN_BOTH,
    a_foreign_batch,
    a_line,
    datev_rows,
    in_dollars,
    rows_of,
    settings_of,
    sums_in_both,
)

GOLDEN = Path(__file__).parent / "golden"
cents = st.integers(-(10**11), 10**11).filter(bool).map(lambda amount: Decimal(amount).scaleb(-2))


def own_sums(entries: tuple[BatchedEntry, ...]) -> dict[str, tuple[Decimal, Decimal]]:
    """Add up what the entries say of each account there, in both currencies."""
    found: dict[str, tuple[Decimal, Decimal]] = {}
    for line in (line for entry in entries for line in entry.lines):
        amount, base = found.get(line.erp_account, (Decimal(), Decimal()))
        found[line.erp_account] = (amount + line.amount, base + (line.functional_amount or Decimal()))
    return {account: both for account, both in found.items() if any(both)}


@pytest.mark.parametrize("renderer", IN_BOTH)
def test_a_batch_in_a_foreign_currency_is_written_byte_for_byte_as_agreed(renderer: Renderer) -> None:
    [file] = rendered(a_foreign_batch(), renderer, settings_of(renderer))

    assert file.content == (GOLDEN / file.name).read_bytes()
    assert sums_in_both(renderer, file.content) == own_sums(a_foreign_batch().entries)


@st.composite
def translated_batches(draw: st.DrawFn) -> Sealed:
    """Draw entries in dollars that balance twice, at any rate that all take, any difference, some of them reversals."""
    made = []
    for number in range(1, draw(st.integers(1, 3)) + 1):
        rate = draw(st.decimals("0.01", "1", places=4))
        amounts = draw(st.lists(cents, min_size=1, max_size=5))
        amounts = [one for one in (*amounts, -sum(amounts, Decimal())) if one]
        stand_at = [round(one * rate, 2) + draw(st.sampled_from([Decimal(), Decimal("0.01")])) for one in amounts]
        sides = [*zip(amounts, stand_at, strict=True), (Decimal(), -sum(stand_at, Decimal()))]
        translated = [(abs(amount), abs(base)) for amount, base in sides if amount * base > 0]
        assume(sum(base for _, base in translated) <= sum(amount for amount, _ in translated))  # a dollar is no dearer
        accounts = st.sampled_from(["1400", "1500", "1776", "8200", "8210"])
        lines = tuple(
            a_line("1300", draw(accounts), str(amount), name="Any", stands_at=str(base))
            for amount, base in sides
            if amount or base
        )
        made.append(replace(in_dollars(number, "Any"), lines=lines, reverses_id=draw(st.none() | st.uuids())))
    return replace(a_foreign_batch(), entries=tuple(made))


def a_tie() -> Sealed:
    """Describe a batch whose amount at a rate of four decimals lies half-way between two cents."""
    sides = (("1200", "1400", "R", "150.00", "0.05"), ("4000", "8200", "S", "-150.00", "-0.05"))
    return replace(a_foreign_batch(), entries=(in_dollars(1, "Cents", *sides),))


@example(a_tie())
@given(translated_batches())
@settings(deadline=None)
def test_every_account_comes_to_the_same_in_both_currencies(batch: Sealed) -> None:
    for renderer in IN_BOTH:
        [file] = rendered(batch, renderer, settings_of(renderer))

        assert sums_in_both(renderer, file.content) == own_sums(batch.entries), renderer


def test_datev_says_the_rate_as_units_of_the_foreign_currency_and_differences_in_that_of_the_books() -> None:
    [file] = rendered(a_foreign_batch(), Renderer.DATEV, settings_of(Renderer.DATEV))

    names = ("Umsatz (ohne Soll/Haben-Kz)", "WKZ Umsatz", "Kurs", "Basis-Umsatz", "WKZ Basis-Umsatz")
    told = [tuple(row[name] for name in names) for row in datev_rows(file.content)[1]]
    assert told[:4] == [
        ("1000,00", "USD", "1,250000", "800,00", "EUR"),
        ("1000,00", "USD", "1,300001", "769,23", "EUR"),
        ("30,77", "EUR", "", "", ""),
        ("12,50", "EUR", "", "", ""),
    ]


def test_intacct_says_rates_of_four_decimals_and_what_they_leave_over_in_the_currency_of_the_books() -> None:
    [file] = rendered(a_foreign_batch(), Renderer.INTACCT, settings_of(Renderer.INTACCT))

    payment = [row for row in rows_of(file.content) if row["MEMO"] == "Payment"]
    names = ("ACCT_NO", "DEBIT", "CREDIT", "CURRENCY", "EXCHANGE_RATE")
    assert [tuple(row[name] for name in names) for row in payment] == [
        ("1000", "1000.00", "", "USD", "0.7692"),
        ("1000", "0.03", "", "EUR", "1"),
        ("1400", "", "1000.00", "USD", "0.80"),
        ("2660", "30.77", "", "EUR", "1"),
    ]


def test_intacct_refuses_a_rate_of_which_four_decimals_leave_nothing() -> None:
    dong = in_dollars(
        1, "Invoice", ("1200", "1400", "R", "1000.00", "0.04"), ("4000", "8200", "S", "-1000.00", "-0.04")
    )

    with pytest.raises(CannotRender, match=r"rates of 4 decimals; entry 1 has one of 0\.0000400000"):
        rendered(replace(a_foreign_batch(), entries=(dong,)), Renderer.INTACCT, settings_of(Renderer.INTACCT))


def test_datev_refuses_rates_and_currencies_that_it_does_not_take() -> None:
    batch = a_foreign_batch()
    dear = in_dollars(1, "Invoice", ("1200", "1400", "R", "1.00", "2.00"), ("4000", "8200", "S", "-1.00", "-2.00"))
    in_books_of = replace(settings_of(Renderer.DATEV), currency="CHF")
    francs = replace(batch, entries=tuple(replace(one, functional_currency="CHF") for one in batch.entries))

    with pytest.raises(CannotRender, match="rates from 1 to 9999 USD for 1 EUR; entry 1 has"):
        rendered(replace(batch, entries=(dear,)), Renderer.DATEV, settings_of(Renderer.DATEV))
    with pytest.raises(CannotRender, match="nothing but EUR beside books in CHF"):
        rendered(francs, Renderer.DATEV, in_books_of)


@pytest.mark.parametrize("renderer", [Renderer.XERO, Renderer.BUSINESS_CENTRAL])
def test_what_has_no_place_for_a_currency_refuses_even_what_says_both(renderer: Renderer) -> None:
    with pytest.raises(CannotRender, match="in EUR, and the batch is in USD"):
        rendered(a_foreign_batch(), renderer, settings_of(renderer))
