"""Exchange rates by themselves: which counts, what it comes to, and files that are refused."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.exchange_rates.model import (
    BadExchangeRate,
    BadRateFile,
    ExchangeRate,
    ExchangeRateStands,
    KeptRate,
    MissingExchangeRate,
    an_exchange_rate,
    counting,
    read,
    versions,
)
from tests.support.exchange_rates import a_file

MONDAY, TUESDAY, NEXT_MONDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 9)
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


def a_rate(rate: str = "1.50", starts_on: date = MONDAY, ends_before: date | None = None) -> ExchangeRate:
    return an_exchange_rate("EUR", "USD", Decimal(rate), starts_on, ends_before)


def kept(rate: ExchangeRate, version: int = 1) -> KeptRate:
    return KeptRate(
        rate.base_currency, rate.quote_currency, rate.rate, rate.starts_on, rate.ends_before, UUID(int=version),
        version, AT, "carla",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rate", "amount", "into", "comes_to"),
    [
        ("1.50", "1000", "USD", "1500.00"),
        ("1.50", "1000", "EUR", "666.67"),
        ("1.0834", "999.99", "USD", "1083.39"),
        ("1.08345", "0.05", "EUR", "0.05"),
        ("0.92333", "-10.01", "USD", "-9.24"),
    ],
)
def test_a_rate_translates_both_ways_round_to_the_cent(rate: str, amount: str, into: str, comes_to: str) -> None:
    assert a_rate(rate).translate(Decimal(amount), into=into) == Decimal(comes_to)


def test_an_amount_is_rounded_to_the_smallest_unit_of_the_other_currency() -> None:
    yen = an_exchange_rate("EUR", "JPY", Decimal("163.455"), MONDAY, None)

    assert yen.translate(Decimal("10.01"), into="JPY") == Decimal(1636)


@given(st.decimals("0.0001", "9999", places=5), st.decimals("-99999", "99999", places=2))
def test_what_is_taken_back_is_translated_to_the_opposite(rate: Decimal, amount: Decimal) -> None:
    one = a_rate(str(rate))

    assert one.translate(-amount, into="USD") == -one.translate(amount, into="USD")
    assert one.translate(-amount, into="EUR") == -one.translate(amount, into="EUR")


def test_the_rate_that_starts_last_counts_and_the_last_version_of_it() -> None:
    month = kept(a_rate("1.40", ends_before=date(2026, 4, 1)))
    wrong, right = kept(a_rate("15.5", TUESDAY)), kept(a_rate("1.55", TUESDAY), 2)
    known = [right, month, wrong]

    assert counting(known, "EUR", "USD", on=MONDAY) is month
    assert counting(known, "USD", "EUR", on=TUESDAY) is right
    assert counting(known, "USD", "EUR", on=date(2026, 3, 20)) is month


@pytest.mark.parametrize("on", [date(2026, 3, 1), NEXT_MONDAY])
def test_a_rate_counts_for_a_week_at_most_and_what_is_missing_is_named(on: date) -> None:
    with pytest.raises(MissingExchangeRate) as refused:
        counting([kept(a_rate())], "EUR", "USD", on=on)

    assert refused.value.detail == f"There is no exchange rate for EUR in USD on {on}."
    assert refused.value.mend and "PUT /exchange-rates/{id}" in refused.value.mend


@pytest.mark.parametrize(
    ("told", "field"),
    [
        (("EUT", "USD", "1.5", MONDAY, None), "/base_currency"),
        (("EUR", "EUR", "1.5", MONDAY, None), "/quote_currency"),
        (("EUR", "USD", "0", MONDAY, None), "/rate"),
        (("EUR", "USD", "-1.5", MONDAY, None), "/rate"),
        (("EUR", "USD", "1.50000000001", MONDAY, None), "/rate"),
        (("EUR", "USD", "10000000000", MONDAY, None), "/rate"),
        (("EUR", "USD", "1.5", MONDAY, MONDAY), "/ends_before"),
    ],
)
def test_what_is_no_rate_is_refused(told: tuple[str, str, str, date, date | None], field: str) -> None:
    base, quote, rate, starts_on, ends_before = told
    with pytest.raises(BadExchangeRate) as refused:
        an_exchange_rate(base, quote, Decimal(rate), starts_on, ends_before)

    assert refused.value.field == field


def test_a_rate_that_stands_is_only_replaced_by_a_correction() -> None:
    standing = {("EUR/USD", MONDAY): kept(a_rate("1.50"))}

    assert list(versions([a_rate("1.5000")], standing, corrects=False)) == []
    with pytest.raises(ExchangeRateStands, match=r"1 EUR is 1\.5 USD already"):
        list(versions([a_rate("1.51")], standing, corrects=False))
    [(_, version, rate)] = versions([a_rate("1.51")], standing, corrects=True)
    assert (version, rate.rate) == (2, Decimal("1.51"))


def test_a_file_says_what_the_lines_say() -> None:
    file = a_file("EUR,USD,1.0834,2026-03-02,2026-04-01", "CHF,EUR, 1.05 ,2026-03-02,")["file"]

    month, week = read("\ufeff" + file)

    assert (month.rate, month.ends_before) == (Decimal("1.0834"), date(2026, 4, 1))
    assert (week.base_currency, week.rate, week.ends_before) == ("CHF", Decimal("1.05"), NEXT_MONDAY)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["EUR,USD,much,2026-03-02,"], "line 2: 'much' is no number."),
        (["EUR,USD,NaN,2026-03-02,"], "line 2: 'NaN' is no number."),
        (["EUR,USD,1.5,02.03.2026,"], "line 2: '02.03.2026' is no day."),
        (["EUR,USD,1.5,2026-03-02"], "line 2: it has not one value for each heading."),
        (["EUR,USD,1.5,2026-03-02,", "USD,EUR,0.67,2026-03-02,"], "line 3: line 2 has a rate of this pair and day"),
        (["EUR,EUT,1.5,2026-03-02,", "EUR,USD,-1,2026-03-02,"], "line 2: EUT is no currency of ISO 4217."),
        ([], "The file holds no rate."),
    ],
)
def test_a_file_is_refused_by_line_and_rule(lines: list[str], said: str) -> None:
    with pytest.raises(BadRateFile) as refused:
        read(a_file(*lines)["file"])

    assert said in refused.value.detail


def test_every_wrong_line_is_named() -> None:
    with pytest.raises(BadRateFile) as refused:
        read(a_file("EUR,EUT,1.5,2026-03-02,", "EUR,USD,1.5,2026-03-02,", "EUR,USD,-1,2026-03-03,")["file"])

    assert refused.value.detail == "line 2: EUT is no currency of ISO 4217. line 4: -1 is no rate."


def test_a_file_without_its_heading_is_refused() -> None:
    with pytest.raises(BadRateFile, match=r"The heading lacks rate, starts_on\."):
        read("base_currency,quote_currency\nEUR,USD\n")
