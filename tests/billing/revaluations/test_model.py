"""What a revaluation posts: each monetary balance brought to its worth, the difference unrealised, nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from services.billing.exchange_rates.model import KeptRate
from services.billing.ledger.model.accounts import AccountCode, Chart, PostingRole, PostingRule
from services.billing.revaluations.model import (
    MONETARY,
    OpenBalance,
    by_currency,
    entry_for,
    last_day_of,
    monetary_accounts,
)
from shared.period import Period

MARCH = Period(date(2026, 3, 1), date(2026, 4, 1))
NOUGHT = Decimal()
AT = datetime(2026, 3, 31, tzinfo=UTC)
RATE = KeptRate("EUR", "USD", Decimal("1.25"), date(2026, 3, 31), date(2026, 4, 1), UUID(int=9), 1, AT, "carla")
RECEIVABLES = OpenBalance("1200", "Receivables", "USD", Decimal(1000), "EUR", Decimal("790.50"), RATE)
CREDIT = replace(RECEIVABLES, account="2200", name="Credit", balance=Decimal(-100), stands_at=Decimal("-85.00"))


def test_a_balance_is_worth_its_amount_at_the_rate_of_the_day_and_nothing_when_it_is_nought() -> None:
    gone = replace(RECEIVABLES, balance=Decimal(), stands_at=Decimal("0.03"), rate=None)

    assert (RECEIVABLES.worth, RECEIVABLES.difference) == (Decimal(800), Decimal("9.50"))
    assert not RECEIVABLES.is_revalued
    assert (CREDIT.worth, CREDIT.difference) == (Decimal(-80), Decimal(5))
    assert (gone.worth, gone.difference) == (Decimal(0), Decimal("-0.03"))
    assert not gone.is_revalued
    assert replace(RECEIVABLES, stands_at=Decimal(800)).is_revalued
    assert replace(RECEIVABLES, rate=None).worth is None
    assert not replace(RECEIVABLES, rate=None).is_revalued


def test_only_what_does_not_stand_at_its_worth_is_revalued_by_currency() -> None:
    francs, done = replace(RECEIVABLES, currency="CHF"), replace(RECEIVABLES, stands_at=Decimal(800))

    assert by_currency([RECEIVABLES, francs, done, CREDIT]) == {"USD": [RECEIVABLES, CREDIT], "CHF": [francs]}


def test_the_entry_moves_nothing_in_its_own_currency_and_balances_in_that_of_the_books() -> None:
    entry = entry_for("USD", [RECEIVABLES, CREDIT], legal_entity="MER", month=MARCH, turn=2)

    assert [(line.account, line.amount, line.functional_amount) for line in entry.lines] == [
        (AccountCode("1200"), NOUGHT, Decimal("9.50")),
        (AccountCode("2200"), NOUGHT, Decimal(5)),
        (PostingRole.FX_UNREALISED, NOUGHT, Decimal("-14.50")),
    ]
    assert (entry.on, entry.source.leg) == (date(2026, 3, 31), "USD/2")
    assert entry.translation is not None
    assert (entry.translation.currency, entry.translation.rate_id) == ("EUR", RATE.id)
    assert last_day_of(MARCH) == date(2026, 3, 31)


def test_what_became_of_a_balance_that_is_nought_needs_no_rate() -> None:
    gone = replace(RECEIVABLES, balance=Decimal(), stands_at=Decimal("0.03"), rate=None)

    alone, beside = (
        entry_for("USD", balances, legal_entity="MER", month=MARCH, turn=1)
        for balances in ([gone], [gone, replace(RECEIVABLES, stands_at=Decimal(800)), CREDIT])
    )

    assert [line.functional_amount for line in alone.lines] == [Decimal("-0.03"), Decimal("0.03")]
    assert alone.translation is not None and alone.translation.rate_id is None
    assert beside.translation is not None and beside.translation.rate_id == RATE.id
    assert [line.functional_amount for line in beside.lines] == [Decimal("-0.03"), Decimal(5), Decimal("-4.97")]


def test_monetary_accounts_are_those_that_take_or_took_what_is_monetary() -> None:
    def a_rule(role: PostingRole, account: str) -> PostingRule:
        return PostingRule(UUID(int=1), "MER", role, "", account, date(2026, 1, 1), 1, AT, "carla")

    roles = {PostingRole.RECEIVABLE: "1200", PostingRole.CONTRACT_LIABILITY: "2300", PostingRole.REVENUE: "4000"}
    rules = [a_rule(PostingRole.CASH, "1010"), a_rule(PostingRole.REVENUE, "4010")]

    assert monetary_accounts(Chart("MER", {}, roles, rules)) == {"1200", "1010"}


def test_differences_that_cancel_out_need_no_line_of_their_own() -> None:
    other = replace(RECEIVABLES, account="1000", stands_at=Decimal("809.50"))

    entry = entry_for("USD", [RECEIVABLES, other], legal_entity="MER", month=MARCH, turn=1)

    assert [line.functional_amount for line in entry.lines] == [Decimal("9.50"), Decimal("-9.50")]


def test_what_is_owed_in_work_is_not_monetary() -> None:
    assert not MONETARY & {PostingRole.CONTRACT_LIABILITY, PostingRole.REVENUE, PostingRole.OUTPUT_TAX}
    assert {PostingRole.LOSS_PROVISION, PostingRole.ALLOWANCE, PostingRole.RECEIVABLE} < MONETARY
