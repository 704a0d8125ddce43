"""What an allowance comes to: a percentage of each band, posted as the difference to what stands."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from services.billing.allowances.model import (
    AllowancePart,
    AllowancePolicy,
    AllowanceTotal,
    Claims,
    PercentOutOfRange,
    check_percents,
    parts_of,
    posting,
    totals_of,
)
from services.billing.ledger.model.accounts import PostingRole

BAD_DEBT, ALLOWANCE = PostingRole.BAD_DEBT, PostingRole.ALLOWANCE
PERCENTS = [Decimal(one) for one in ("0", "1.5", "5", "33.33", "100")]


def a_policy(*, leaves_out_tax: bool) -> AllowancePolicy:
    at = datetime(2026, 3, 31, tzinfo=UTC)
    return AllowancePolicy(UUID(int=1), UUID(int=2), date(2026, 1, 1), PERCENTS, leaves_out_tax, "carla", at)


def a_part(allowance: str, currency: str = "EUR", band: int = 1) -> AllowancePart:
    return AllowancePart(currency, band, Decimal(1000), Decimal(5), Decimal(allowance))


@pytest.mark.parametrize("percents", [["0", "100"], ["0.01", "99.99"]])
def test_a_percentage_may_be_all_or_nothing(percents: list[str]) -> None:
    check_percents([Decimal(one) for one in percents])


@pytest.mark.parametrize("percent", ["-0.01", "100.01", "1.005"])
def test_a_percentage_that_is_none_is_refused_where_it_was_said(percent: str) -> None:
    with pytest.raises(PercentOutOfRange) as refused:
        check_percents([Decimal(5), Decimal(percent)])

    assert refused.value.field == "/percents/1"


def test_each_band_has_its_percentage_of_what_is_open_rounded_half_up_by_itself() -> None:
    claims = [Claims("EUR", band, Decimal("119.10"), Decimal("100.10")) for band in range(5)]

    with_tax, without = (parts_of(claims, a_policy(leaves_out_tax=out)) for out in (False, True))

    assert [one.allowance for one in with_tax] == [Decimal(one) for one in ("0", "1.79", "5.96", "39.70", "119.10")]
    assert [one.allowance for one in without] == [Decimal(one) for one in ("0", "1.50", "5.01", "33.36", "100.10")]
    assert {one.open for one in without} == {Decimal("119.10")}
    assert [one.percent for one in with_tax] == PERCENTS


def test_what_stands_is_made_up_to_what_is_wanted_and_goes_where_nothing_is_open() -> None:
    parts = [a_part("10.00"), a_part("5.00", band=2), a_part("7.00", "USD")]
    standing = {"EUR": Decimal(-12), "CHF": Decimal(-4), "GBP": Decimal(0), "SEK": Decimal(3)}

    totals = totals_of(parts, standing)

    assert [(one.currency, one.wanted, one.stood, one.difference) for one in totals] == [
        (currency, *map(Decimal, amounts))
        for currency, *amounts in (("CHF", 0, 4, -4), ("EUR", 15, 12, 3), ("SEK", 0, -3, 3), ("USD", 7, 0, 7))
    ]


def test_a_further_expense_is_a_loss_and_a_relief_takes_it_back() -> None:
    more, less = (posting(AllowanceTotal("EUR", Decimal(wanted), Decimal(10))) for wanted in (15, 4))

    assert [line.account for line in more] == [line.account for line in less] == [BAD_DEBT, ALLOWANCE]
    assert [line.amount for line in more] == [5, -5]
    assert [line.amount for line in less] == [-6, 6]
