"""An entry balances, or it is no entry."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.ledger.model.accounts import AccountCode, NoSuchAccount, PostingRole
from services.billing.ledger.model.entries import (
    FractionOfUnit,
    JournalEntry,
    NewEntry,
    ReversalOfReversal,
    TooFewLines,
    Unbalanced,
    ZeroLine,
    check,
    reversal_of,
    same_posting,
)
from services.billing.ledger.model.posting import posted
from services.billing.ledger.model.translation import Translation
from tests.support.ledger import AT, LAST_OF_MARCH, a_chart, a_new_entry

cents = st.integers(-(10**12), 10**12).filter(bool).map(lambda amount: Decimal(amount).scaleb(-2))


def in_the_books(entry: NewEntry) -> JournalEntry:
    """Post `entry` on its own day."""
    return posted(entry, a_chart(), Translation(entry.currency), on=entry.on, at=AT, by="carla")


@pytest.mark.parametrize("error", ["0.01", "0.004", "-100.00"])
def test_an_entry_that_is_off_by_the_least_is_refused(error: str) -> None:
    wrong = Decimal("-100.00") + Decimal(error)

    with pytest.raises((Unbalanced, FractionOfUnit, ZeroLine)):
        check(a_new_entry(("1300", "100.00"), ("4000", str(wrong)), ("4900", "0.00")))


def test_the_refusal_says_by_how_much_the_sides_differ() -> None:
    with pytest.raises(Unbalanced, match=r"differ by 0\.01 EUR"):
        check(a_new_entry(("1300", "100.01"), ("4000", "-100.00")))


def test_an_entry_has_two_sides() -> None:
    with pytest.raises(TooFewLines):
        check(a_new_entry(("1300", "100.00")))


def test_a_line_says_an_amount() -> None:
    with pytest.raises(ZeroLine) as refused:
        check(a_new_entry(("1300", "1.00"), ("4000", "-1.00"), ("4900", "0.00")))

    assert refused.value.field == "/lines/2/amount"


@pytest.mark.parametrize(("currency", "amount"), [("EUR", "0.004"), ("JPY", "0.50")])
def test_nothing_is_posted_below_the_smallest_unit(currency: str, amount: str) -> None:
    with pytest.raises(FractionOfUnit):
        check(a_new_entry(("1300", amount), ("4000", f"-{amount}"), currency=currency))


@given(st.lists(cents, min_size=1, max_size=20))
def test_whatever_balances_is_taken_and_its_reversal_takes_it_back(amounts: list[Decimal]) -> None:
    rest = -sum(amounts, Decimal())
    sides = [("1300", str(amount)) for amount in amounts] + (
        [("4000", str(rest))] if rest else [("4000", "1"), ("4900", "-1")]
    )

    entry = in_the_books(a_new_entry(*sides))
    reversal = in_the_books(reversal_of(entry, on=LAST_OF_MARCH, reason="Entered twice"))

    assert sum(line.amount for line in entry.lines) == 0
    assert [line.amount for line in reversal.lines] == [-line.amount for line in entry.lines]
    assert reversal.reverses_id == entry.id


def test_a_reversal_keeps_thread_service_days_and_roles() -> None:
    entry = in_the_books(a_new_entry())

    reversal = in_the_books(reversal_of(entry, on=date(2026, 4, 2), reason="Wrong contract"))

    assert (reversal.thread_id, reversal.service_from) == (entry.thread_id, entry.service_from)
    assert [line.role for line in reversal.lines] == [PostingRole.CONTRACT_ASSET, PostingRole.REVENUE]


def test_a_reversal_is_not_reversed() -> None:
    reversal = in_the_books(reversal_of(in_the_books(a_new_entry()), on=LAST_OF_MARCH, reason="Wrong contract"))

    with pytest.raises(ReversalOfReversal):
        reversal_of(reversal, on=LAST_OF_MARCH, reason="It was right after all")


def test_a_role_finds_its_account_in_the_chart() -> None:
    chart = replace(a_chart(), roles={**a_chart().roles, PostingRole.CONTRACT_ASSET: "1200"})

    assert chart.account_for(PostingRole.CONTRACT_ASSET).code == "1200"


@pytest.mark.parametrize("wanted", [PostingRole.REVENUE, AccountCode("9999")])
def test_an_account_that_is_not_in_the_chart_is_named(wanted: PostingRole | AccountCode) -> None:
    chart = replace(a_chart(), roles={})

    with pytest.raises(NoSuchAccount, match=r"revenue|9999"):
        chart.account_for(wanted)


def test_the_same_fact_has_the_same_id_whenever_it_is_posted() -> None:
    wanted = a_new_entry()

    assert in_the_books(wanted).id == in_the_books(replace(wanted, on=date(2026, 5, 1))).id


def test_two_postings_differ_when_they_say_something_else_about_money() -> None:
    wanted = a_new_entry()
    other = replace(wanted, lines=a_new_entry(("1300", "90.00"), ("4000", "-90.00")).lines)

    assert same_posting(in_the_books(wanted), in_the_books(replace(wanted, on=date(2026, 5, 1))))
    assert not same_posting(in_the_books(wanted), in_the_books(other))
