"""Tools that nobody here wrote read our books, agree on every balance, and refuse the smallest error."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.billing.batches.model.canonical import BatchedEntry
from services.billing.batches.model.renderings.books import account_name, beancount, hledger
from tests.support.judges import Judges, Rejected
from tests.support.ledger import a_batched_entry

KINDS = ("asset", "liability", "equity", "income", "expense")
cents = st.integers(-(10**12), 10**12).filter(bool).map(lambda amount: Decimal(amount).scaleb(-2))


@st.composite
def balanced_entries(draw: st.DrawFn) -> list[BatchedEntry]:
    """Draw a few entries that balance, with any text, on any days."""
    made = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        first, rest = draw(cents), draw(st.lists(cents, max_size=3))
        sides = [*rest, first, -sum(rest, first)]
        lines = [(draw(st.sampled_from(KINDS)), f"{1000 + place}", str(one)) for place, one in enumerate(sides) if one]
        day = draw(st.dates(date(2020, 1, 1), date(2030, 1, 1)))
        text = draw(st.text(max_size=30))
        made.append(a_batched_entry(*lines, number=number, posted_on=day, text=text))
    return made


def own_balances(entries: list[BatchedEntry]) -> dict[str, Decimal]:
    """Add up what the entries say."""
    found: dict[str, Decimal] = {}
    for line in (line for entry in entries for line in entry.lines):
        found[account_name(line)] = found.get(account_name(line), Decimal()) + line.amount
    return {account: balance for account, balance in found.items() if balance}


@given(balanced_entries())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_three_tools_agree_with_us_on_every_balance(judges: Judges, entries: list[BatchedEntry]) -> None:
    agreed = judges.judge(hledger=hledger(entries), beancount=beancount(entries))

    assert agreed == own_balances(entries)


@pytest.mark.parametrize("error", ["0.01", "0.004", "0.000001"])
def test_every_tool_refuses_the_smallest_error(judges: Judges, error: str) -> None:
    wrong = str(Decimal("-100.00") + Decimal(error))
    entries = [a_batched_entry(("asset", "1300", "100.00"), ("income", "4000", wrong))]

    with pytest.raises(Rejected):
        judges.by_beancount(beancount(entries))
    with pytest.raises(Rejected):
        judges.by_hledger(hledger(entries))
    with pytest.raises(Rejected):
        judges.by_ledger(hledger(entries))


def test_both_texts_name_entry_source_thread_and_service_days() -> None:
    entry = a_batched_entry()

    for text in (hledger([entry]), beancount([entry])):
        for part in (entry.id, f"recognition/{entry.source_id}/1", entry.thread_id, "2026-03-02/2026-04-01"):
            assert str(part) in text


def test_text_that_means_something_to_a_tool_stays_text(judges: Judges) -> None:
    entries = [a_batched_entry(text='A "quoted" \\ back; slash | bar\n    assets:1300  7 EUR')]

    agreed = judges.judge(hledger=hledger(entries), beancount=beancount(entries))

    assert agreed == {"Assets:1300": Decimal(100), "Income:4000": Decimal(-100)}


def test_a_line_that_is_nought_in_the_entry_s_currency_is_taken_and_adds_nothing(judges: Judges) -> None:
    entries = [
        a_batched_entry(("asset", "1000", "100.00"), ("asset", "1200", "-100.00"), ("income", "4910", "0.00")),
        a_batched_entry(("asset", "1200", "0.00"), ("income", "4920", "0.00"), number=2),
    ]

    agreed = judges.judge(hledger=hledger(entries), beancount=beancount(entries))

    assert agreed == {"Assets:1000": Decimal(100), "Assets:1200": Decimal(-100)}
