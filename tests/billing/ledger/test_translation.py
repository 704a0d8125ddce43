"""Every entry balances twice: in its own currency, and in the one that the books are kept in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.billing.exchange_rates.model import KeptRate
from services.billing.ledger.actions import post_until_next_month
from services.billing.ledger.model.accounts import PostingRole
from services.billing.ledger.model.entries import JournalEntry, NewEntry, NewLine, reversal_of
from services.billing.ledger.model.positions import ContractPosition, split
from services.billing.ledger.model.posting import in_books, posted
from services.billing.ledger.model.translation import Translation
from shared.actor import Role
from tests.support.api import code_of
from tests.support.billing import Billing, a_legal_entity, a_sale, a_time_line
from tests.support.exchange_rates import an_exchange_rate
from tests.support.ledger import ENTITY, LAST_OF_MARCH, a_chart, a_new_entry, sent
from tests.support.ledger import posted as posted_by

CONTRACT = UUID(int=3)
AT = datetime(2026, 3, 31, 12, tzinfo=UTC)
ASSET, REVENUE, RECEIVABLE = PostingRole.CONTRACT_ASSET, PostingRole.REVENUE, PostingRole.RECEIVABLE
cents = st.integers(-(10**9), 10**9).filter(bool).map(lambda amount: Decimal(amount).scaleb(-2))
rates = st.decimals("0.0001", "9999", places=5)


def at(rate: str | Decimal) -> Translation:
    """Translate euros into dollars at a rate."""
    period = (date(2026, 1, 1), date(2027, 1, 1))
    kept = KeptRate("EUR", "USD", Decimal(rate), *period, UUID(int=9), 1, AT, "carla")
    return Translation("USD", kept.id, kept)


def in_dollars(entry: NewEntry, translation: Translation) -> JournalEntry:
    """Post an entry in euros to books in dollars."""
    return posted(entry, a_chart(), translation, on=entry.on, at=AT, by="carla")


def functional(entry: JournalEntry) -> list[tuple[str, Decimal]]:
    """What the lines of an entry are in the functional currency, by account."""
    return [(line.account, line.functional_amount) for line in entry.lines]


def changed(amount: str, against: PostingRole = REVENUE, **different: Any) -> NewEntry:
    """Describe a change of a contract's position."""
    lines = [NewLine(ASSET, Decimal(amount), CONTRACT), NewLine(against, -Decimal(amount), CONTRACT)]
    return a_new_entry(lines=lines, **different)


@given(st.lists(cents, min_size=1, max_size=12), rates)
def test_whatever_balances_balances_in_the_functional_currency_too(amounts: list[Decimal], rate: Decimal) -> None:
    rest = -sum(amounts, Decimal())
    sides = [("1300", str(amount)) for amount in amounts] + (
        [("4000", str(rest))] if rest else [("4000", "1"), ("4200", "-1")]
    )

    entry = in_dollars(a_new_entry(*sides), at(rate))

    assert sum(amount for _, amount in functional(entry)) == 0
    assert sum(line.amount for line in entry.lines) == 0
    assert all(line.amount or line.functional_amount for line in entry.lines)


def test_what_rounding_leaves_over_goes_to_rounding() -> None:
    entry = in_dollars(a_new_entry(("1200", "0.03"), ("4000", "-0.01"), ("2100", "-0.02")), at("1.5"))

    assert functional(entry) == [
        ("1200", Decimal("0.05")),
        ("4000", Decimal("-0.02")),
        ("2100", Decimal("-0.03")),
    ]
    entry = in_dollars(a_new_entry(("1200", "0.02"), ("4000", "-0.01"), ("2100", "-0.01")), at("1.5"))
    assert functional(entry)[-1] == ("4900", Decimal("0.01"))
    assert entry.lines[-1].amount == 0


def test_a_firm_with_one_currency_sees_the_same_amounts_and_no_line_more() -> None:
    entry = posted(a_new_entry(), a_chart(), Translation("EUR"), on=LAST_OF_MARCH, at=AT, by="carla")

    assert functional(entry) == [("1300", Decimal(100)), ("4000", Decimal(-100))]
    assert (entry.functional_currency, entry.exchange_rate_id) == ("EUR", None)


def test_a_reversal_takes_back_what_was_translated_whatever_the_rate_is_by_then() -> None:
    entry = in_dollars(a_new_entry(("1200", "0.02"), ("4000", "-0.01"), ("2100", "-0.01")), at("1.5"))
    back = reversal_of(entry, on=date(2026, 4, 1), reason="Wrong month")
    assert back.translation is not None

    undone = in_dollars(back, back.translation)

    assert functional(undone) == [(account, -amount) for account, amount in functional(entry)]
    assert undone.exchange_rate_id == entry.exchange_rate_id


def test_an_asset_that_is_invoiced_leaves_the_books_as_it_stands_there() -> None:
    positions: dict[UUID, ContractPosition] = {}
    split(changed("100.00"), positions, at("1.60"))

    invoice = in_books(split(changed("-30.00", RECEIVABLE), positions, at("1.50")), at("1.50"))
    rest = in_books(split(changed("-90.00", RECEIVABLE), positions, at("1.40")), at("1.40"))

    assert [(line.account, line.amount, line.functional_amount) for line in invoice.lines] == [
        (ASSET, Decimal(-30), Decimal("-48.00")),
        (RECEIVABLE, Decimal(30), Decimal("45.00")),
        (PostingRole.FX_REALISED, Decimal(), Decimal("3.00")),
    ]
    assert [(line.account, line.amount, line.functional_amount) for line in rest.lines] == [
        (ASSET, Decimal(-70), Decimal("-112.00")),
        (PostingRole.CONTRACT_LIABILITY, Decimal(-20), Decimal("-28.00")),
        (RECEIVABLE, Decimal(90), Decimal("126.00")),
        (PostingRole.FX_REALISED, Decimal(), Decimal("14.00")),
    ]


def test_revenue_that_was_paid_for_before_is_earned_at_the_rate_of_that_day() -> None:
    positions: dict[UUID, ContractPosition] = {}
    split(changed("-100.00", RECEIVABLE), positions, at("1.50"))

    earned = replace(changed("40.00"), difference=REVENUE)
    entry = in_books(split(earned, positions, at("1.70")), at("1.70"))

    assert [(line.account, line.functional_amount) for line in entry.lines] == [
        (PostingRole.CONTRACT_LIABILITY, Decimal("60.00")),
        (REVENUE, Decimal("-60.00")),
    ]


@given(st.lists(st.tuples(cents, rates), min_size=1, max_size=12))
def test_whatever_happens_to_a_contract_nothing_stays_in_the_books_when_nothing_is_left(
    changes: list[tuple[Decimal, Decimal]],
) -> None:
    positions: dict[UUID, ContractPosition] = {}
    balance = Decimal()
    rest = -sum((amount for amount, _ in changes), Decimal())
    for amount, rate in [*changes, *([(rest, Decimal(1))] if rest else [])]:
        entry = in_books(split(changed(str(amount)), positions, at(rate)), at(rate))
        of_position = [
            line for line in entry.lines if line.account not in (REVENUE, PostingRole.FX_REALISED, PostingRole.ROUNDING)
        ]
        balance += sum((line.functional_amount or Decimal() for line in of_position), Decimal())
        assert balance == positions[CONTRACT].net.functional

    assert balance == 0
    assert positions[CONTRACT] == ContractPosition()


async def test_an_entry_in_another_currency_is_translated_at_the_rate_of_its_day(billing: Billing) -> None:
    rate_id = await an_exchange_rate(billing, "1.25", "2026-03-30")
    await an_exchange_rate(billing, "1.30", "2026-04-01")

    [entry] = await posted_by(billing, a_new_entry(("1300", "100.00"), ("4000", "-100.00"), currency="USD"))

    shown = (await billing.as_(Role.AUDITOR).get(f"/journal-entries/{entry.id}")).json()
    assert (shown["currency"], shown["functional_currency"], shown["exchange_rate_id"]) == ("USD", "EUR", str(rate_id))
    assert [(one["amount"], one["functional_amount"]) for one in shown["lines"]] == [
        ("100.00", "80.00"),
        ("-100.00", "-80.00"),
    ]
    balances = (await billing.as_(Role.AUDITOR).get("/trial-balance", params={"legal_entity": ENTITY})).json()[
        "balances"
    ]
    assert [(one["account"], one["balance"], one["functional_balance"]) for one in balances] == [
        ("1300", "100.00", "80.00"),
        ("4000", "-100.00", "-80.00"),
    ]


async def test_a_missing_rate_is_refused_by_pair_and_day_and_nothing_is_posted(billing: Billing) -> None:
    body = {
        "legal_entity": ENTITY,
        "currency": "USD",
        "on": "2026-03-31",
        "text": "By hand",
        "lines": [{"account": "1000", "amount": "5.00"}, {"account": "3000", "amount": "-5.00"}],
    }
    answer = await billing.as_(Role.CONTROLLER).put(f"/journal-entries/{CONTRACT}", json=body)

    assert (answer.status_code, code_of(answer)) == (409, "missing_exchange_rate")
    assert answer.json()["detail"] == "There is no exchange rate for USD in EUR on 2026-03-31."
    assert "PUT /exchange-rates/{id}" in answer.json()["mend"]
    assert await billing.rows("journal_entries") == []


async def test_what_is_taken_back_needs_no_rate_of_its_own_day(bare_billing: Billing) -> None:
    await a_legal_entity(bare_billing, functional_currency="USD")
    await an_exchange_rate(bare_billing, "1.50", "2026-03-30", ends_before="2026-04-01")
    contract_id = await bare_billing.sold(a_sale(a_time_line()))
    lines = [NewLine(ASSET, Decimal(100), contract_id), NewLine(REVENUE, Decimal(-100), contract_id)]

    async with bare_billing.work(Role.CONTROLLER) as work:
        made, back = await post_until_next_month(work, a_new_entry(lines=lines))

    assert [amount for _, amount in functional(made)] == [Decimal(150), Decimal(-150)]
    assert [amount for _, amount in functional(back)] == [Decimal(-150), Decimal(150)]
    assert (back.posted_on, back.exchange_rate_id) == (date(2026, 4, 1), made.exchange_rate_id)


async def test_a_contract_that_a_reversal_left_on_both_sides_is_put_right_in_both_currencies(
    bare_billing: Billing,
) -> None:
    await a_legal_entity(bare_billing, functional_currency="USD")
    contract_id = await bare_billing.sold(a_sale(a_time_line()))
    for rate, day in (("1.60", "2026-03-02"), ("1.50", "2026-03-09"), ("1.40", "2026-03-16")):
        await an_exchange_rate(bare_billing, rate, day)

    def of_contract(amount: str, against: PostingRole, on: date) -> NewEntry:
        change = Decimal(amount)
        lines = [NewLine(ASSET, change, contract_id), NewLine(against, -change, contract_id)]
        return a_new_entry(lines=lines, on=on)

    _, invoice, _ = await posted_by(
        bare_billing,
        of_contract("100.00", REVENUE, date(2026, 3, 2)),
        of_contract("-100.00", RECEIVABLE, date(2026, 3, 9)),
        of_contract("-100.00", RECEIVABLE, date(2026, 3, 16)),
    )
    reversal = {"on": "2026-03-17", "reason": "Wrong customer"}
    answer = await sent(bare_billing.as_(Role.CONTROLLER), f"/journal-entries/{invoice.id}/reversal", reversal)

    assert answer.is_success, answer.text
    lines = await bare_billing.rows("journal_lines")
    left = [line for line in lines if line["role"] in ("contract_asset", "contract_liability")]
    assert sum(line["amount"] for line in left) == sum(line["functional_amount"] for line in left) == 0
    assert sum(line["functional_amount"] for line in lines) == 0
    assert sorted(line["functional_amount"] for line in lines if line["role"] == "fx_realised") == [-10, 10, 20]
