"""An entry balances, or it is no entry."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.ledger.model.accounts import AccountCode, NoSuchAccount, PostingRole, PostingRule, lacking
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
from services.billing.ledger.model.translation import Translation, part_of
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


def a_rule(account: str, *, starts_on: int = 1, version: int = 1, **different: Any) -> PostingRule:
    told = {"role": PostingRole.REVENUE, "narrowed_by": "", **different}
    return PostingRule(
        id=UUID(int=version),
        legal_entity="MER",
        account=account,
        starts_on=date(2026, 3, starts_on),
        version=version,
        made_at=AT,
        made_by="carla",
        **told,
    )


def takes(*rules: PostingRule, narrowed_by: str = "", day: int | None = 15) -> str:
    """The account that takes revenue on a day of March."""
    on = None if day is None else date(2026, 3, day)
    return replace(a_chart(), rules=rules).account_for(PostingRole.REVENUE, narrowed_by=narrowed_by, on=on).code


def test_a_rule_counts_from_its_day_on_the_later_one_first_and_of_a_day_the_last_version() -> None:
    assert takes(a_rule("4200", starts_on=16)) == "4000"
    assert takes(a_rule("4200", starts_on=15)) == "4200"
    assert takes(a_rule("4200", starts_on=10), a_rule("4900", starts_on=1)) == "4200"
    assert takes(a_rule("4900", version=2), a_rule("4200", version=1)) == "4900"
    assert takes(a_rule("4200"), day=None) == "4000"
    assert takes(a_rule("4200", role=PostingRole.CASH)) == "4000"


def test_a_rule_for_what_narrows_goes_before_those_for_all_and_counts_for_nothing_else() -> None:
    of_retainers, of_all = a_rule("4200", narrowed_by="retainer"), a_rule("4900", starts_on=10, version=2)

    assert takes(of_retainers, of_all, narrowed_by="retainer") == "4200"
    assert takes(of_retainers, of_all, narrowed_by="expense") == "4900"
    assert takes(of_retainers) == "4000"


def test_a_chart_that_lacks_a_role_gets_the_account_of_the_first_chart_under_a_free_number() -> None:
    whole = a_chart()
    without = replace(
        whole, roles={role: code for role, code in whole.roles.items() if role is not PostingRole.FX_REALISED}
    )

    assert without.missing == [PostingRole.FX_REALISED]
    assert whole.missing == []
    found = lacking(without, [PostingRole.FX_REALISED, PostingRole.CASH])
    assert found.roles == {PostingRole.FX_REALISED: "4910-1"}
    assert [account.name for account in found.accounts.values()] == ["Realised exchange differences"]
    assert lacking(without, [PostingRole.CASH]).accounts == {}
    free = replace(without, accounts={code: one for code, one in whole.accounts.items() if code != "4910"})
    assert lacking(free, [PostingRole.FX_REALISED]).roles == {PostingRole.FX_REALISED: "4910"}


def test_the_same_said_on_other_sides_of_a_position_is_the_same_posting_and_other_money_is_not() -> None:
    sides = ((PostingRole.CONTRACT_ASSET, "100.00"), (PostingRole.REVENUE, "-100.00"))
    one = in_the_books(a_new_entry(*sides))
    liability = in_the_books(a_new_entry((PostingRole.CONTRACT_LIABILITY, "100.00"), (PostingRole.REVENUE, "-100.00")))
    by_hand = in_the_books(a_new_entry(("1300", "100.00"), ("4000", "-100.00")))
    elsewhere = in_the_books(a_new_entry(("1000", "100.00"), ("4000", "-100.00")))
    in_parts = in_the_books(a_new_entry(*sides, ("4900", "5.00"), ("4900", "-5.00")))

    assert same_posting(one, liability)
    assert not same_posting(by_hand, elsewhere)
    assert not same_posting(one, in_the_books(a_new_entry((PostingRole.CASH, "100.00"), sides[1])))
    assert same_posting(by_hand, replace(in_parts, lines=(*by_hand.lines, *in_parts.lines[2:])))
    assert not one.is_translated
    assert replace(one, functional_currency="USD").is_translated


def test_service_that_says_no_days_is_of_the_day_of_the_entry() -> None:
    entry = in_the_books(a_new_entry(("1300", "1.00"), ("4000", "-1.00")))

    assert (entry.service_from, entry.service_before) == (entry.posted_on, entry.posted_on + timedelta(days=1))


def test_what_does_not_balance_is_not_posted() -> None:
    with pytest.raises(Unbalanced):
        in_the_books(a_new_entry(("1300", "1.00"), ("4000", "-2.00")))


def test_nothing_is_nothing_of_whatever_stands() -> None:
    assert part_of(Decimal("80.01"), part=Decimal(50), whole=Decimal(100), currency="EUR") == Decimal("40.01")
    assert part_of(Decimal("80.01"), part=Decimal(50), whole=Decimal(0), currency="EUR") == 0
