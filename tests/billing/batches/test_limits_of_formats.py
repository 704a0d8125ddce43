"""No format says more or less than the batch, nor anything that its system does not take."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.billing.batches.model.canonical import BatchedEntry
from services.billing.batches.model.renderings.netsuite import MOST_ROWS
from services.billing.batches.model.renderings.renderers import FeedNotSetUp, Renderer, rendered
from services.billing.batches.model.renderings.sealed import CannotRender, in_parts
from tests.support.feeds import FEEDS, a_line, a_sealed_batch, an_invoice, content_of, settings_of, sums_read
from tests.support.ledger import a_batched_entry


@st.composite
def balanced_batches(draw: st.DrawFn) -> list[BatchedEntry]:
    """Draw entries with any number of debits and credits, any text, some of them reversals."""
    cents = st.integers(-(10**11), 10**11).filter(bool).map(lambda amount: Decimal(amount).scaleb(-2))
    made = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        sides = draw(st.lists(cents, min_size=1, max_size=6))
        sides.append(-sum(sides, Decimal()))
        accounts = st.sampled_from(["1400", "1500", "1776", "8200", "8210"])
        lines = tuple(a_line("1300", draw(accounts), str(one), name="Any") for one in sides if one)
        reverses = draw(st.none() | st.uuids())
        made.append(a_batched_entry(number=number, text=draw(st.text(max_size=80)), reverses_id=reverses, lines=lines))
    return made


@given(balanced_batches())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_format_adds_up_to_the_same_by_its_own_rule_of_signs(entries: list[BatchedEntry]) -> None:
    own: dict[str, Decimal] = {}
    for line in (line for entry in entries for line in entry.lines):
        own[line.erp_account] = own.get(line.erp_account, Decimal()) + line.amount
    stated = {account: amount for account, amount in own.items() if amount}

    for renderer in FEEDS:
        assert sums_read(renderer, content_of(renderer, *entries)) == stated, renderer


def with_account(code: str) -> BatchedEntry:
    """Describe an entry with an account there of any name."""
    return a_batched_entry(
        lines=(a_line("1300", code, "5.00", name="Assets"), a_line("4000", "8200", "-5.00", name="R"))
    )


def of_amount(amount: str) -> BatchedEntry:
    """Describe an entry of one amount."""
    return a_batched_entry(
        lines=(a_line("1300", "1500", amount, name="Assets"), a_line("4000", "8200", f"-{amount}", name="Revenue"))
    )


@pytest.mark.parametrize(
    ("renderer", "entry", "named"),
    [
        (Renderer.NETSUITE, of_amount("10000000000.00"), "10 digits"),
        (Renderer.NETSUITE, of_amount("1.005"), "2 decimals"),
        (Renderer.INTACCT, with_account("9" * 25), "24 characters"),
        (Renderer.BUSINESS_CENTRAL, with_account("9" * 21), "20 characters"),
        (Renderer.BUSINESS_CENTRAL, of_amount("99999999999999.99"), "15 digits"),
        (Renderer.QUICKBOOKS, of_amount("99999999999999.99"), "15 digits"),
        (Renderer.XERO, with_account("9" * 11), "10 characters"),
        (Renderer.DATEV, with_account("E1300"), "mapped to E1300"),
        (Renderer.DATEV, with_account("140000"), "4 of them"),
        (Renderer.DATEV, of_amount("10000000000.00"), "10 digits"),
    ],
)
def test_what_a_system_does_not_take_is_refused_by_name(renderer: Renderer, entry: BatchedEntry, named: str) -> None:
    with pytest.raises(CannotRender, match=named) as refused:
        content_of(renderer, entry)

    assert refused.value.mend


@pytest.mark.parametrize("renderer", [Renderer.BUSINESS_CENTRAL, Renderer.XERO, Renderer.DATEV, Renderer.INTACCT])
def test_a_batch_in_another_currency_than_the_books_is_refused_where_a_rate_is_needed(renderer: Renderer) -> None:
    batch = a_sealed_batch(a_batched_entry(currency="USD"), currency="USD")

    with pytest.raises(CannotRender, match="in EUR, and the batch is in USD"):
        rendered(batch, renderer, settings_of(renderer))


def test_quickbooks_without_a_customer_of_receivables_says_where_to_give_one() -> None:
    nobody = replace(settings_of(Renderer.QUICKBOOKS), receivables_customer="")

    with pytest.raises(CannotRender) as refused:
        rendered(a_sealed_batch(an_invoice()), Renderer.QUICKBOOKS, nobody)

    assert "receivables_customer" in str(refused.value.mend)


@pytest.mark.parametrize("renderer", FEEDS)
def test_a_system_that_nobody_has_set_up_gets_nothing(renderer: Renderer) -> None:
    with pytest.raises(FeedNotSetUp):
        rendered(a_sealed_batch(), renderer, None)


def test_more_rows_than_a_system_reads_become_more_files_and_no_entry_is_split() -> None:
    entries = tuple(a_batched_entry(number=number) for number in range(1, MOST_ROWS // 2 + 2))

    files = rendered(replace(a_sealed_batch(), entries=entries), Renderer.NETSUITE, settings_of(Renderer.NETSUITE))

    assert [file.name[-6:] for file in files] == ["_1.csv", "_2.csv"]
    assert [file.content.count(b"\r\n") - 1 for file in files] == [MOST_ROWS, 2]
    batch = a_sealed_batch(an_invoice(1), an_invoice(2), an_invoice(3))
    parts = in_parts(batch, lambda entry: [[str(entry.number)]] * 3, most=7, system="Any")
    assert [[row[0] for row in part] for part in parts] == [["1"] * 3 + ["2"] * 3, ["3"] * 3]
    with pytest.raises(CannotRender, match="entry 1 alone has 3"):
        in_parts(batch, lambda entry: [[str(entry.number)]] * 3, most=2, system="Any")


def test_a_line_that_is_nought_in_the_batch_s_currency_is_in_no_feed() -> None:
    difference = a_line("4910", "8300", "0.00", name="Realised exchange differences")
    plain = an_invoice()
    booked = replace(plain, lines=(*plain.lines, difference))
    only_a_difference = replace(plain, number=2, lines=(difference, replace(difference, account="1200")))

    for renderer in FEEDS:
        assert content_of(renderer, booked, only_a_difference) == content_of(renderer, plain), renderer
