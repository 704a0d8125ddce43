"""A batch in a foreign currency says both amounts, and judges add up both."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from services.billing.batches.model.canonical import canonical, read_canonical
from services.billing.batches.model.renderings.books import beancount, hledger
from shared.actor import Role
from tests.support.billing import Billing, Made, a_legal_entity, a_payment
from tests.support.exchange_rates import an_invoice_of_1000, euros_in_dollars
from tests.support.judges import Judges
from tests.support.ledger import ENTITY, a_batched_entry, map_accounts, sealed, sent


@pytest.fixture
async def paid(bare_billing: Billing) -> Billing:
    """Serve billing for a firm with books in dollars, which was paid an invoice in euros at another rate."""
    await a_legal_entity(bare_billing, functional_currency="USD")
    await euros_in_dollars(bare_billing, d10="1.50", d20="1.55", d31="1.60")
    invoice = await an_invoice_of_1000(bare_billing)
    await a_payment(bare_billing, invoice, received_on="2026-03-20")
    await map_accounts(bare_billing)
    return bare_billing


async def canonical_of(billing: Billing, batch: Made) -> bytes:
    return (await billing.as_(Role.AUDITOR).get(f"/ledger-batches/{batch['id']}/canonical")).content


async def verified(billing: Billing, batch: Made) -> set[Any]:
    answer = await billing.as_(Role.AUDITOR).get(f"/ledger-batches/{batch['id']}/verification")
    return {check["holds"] for check in answer.json()["checks"]}


async def test_its_lines_say_both_amounts_and_prove_themselves(paid: Billing) -> None:
    batch = await sealed(paid)

    told = [json.loads(line) for line in (await canonical_of(paid, batch)).splitlines()]
    assert {entry["functional_currency"] for entry in told} == {"USD"}
    assert [(one["account"], one["amount"], one["functional_amount"]) for one in told[1]["lines"]] == [
        ("1000", "1000.00", "1550.00"),
        ("1200", "-1000.00", "-1500.00"),
        ("4910", "0.00", "-50.00"),
    ]
    assert await verified(paid, batch) == {True}


async def test_every_judge_accepts_it_and_adds_up_both_currencies(paid: Billing, judges: Judges) -> None:
    entries = read_canonical(await canonical_of(paid, await sealed(paid)))

    agreed = judges.judge(hledger=hledger(entries), beancount=beancount(entries))

    assert agreed == {"Assets:1000": 1000, "Liabilities:2300": -1000, "Income:4910": -50}


async def test_a_revaluation_is_said_in_the_currency_of_the_books(paid: Billing, judges: Judges) -> None:
    revalued = await sent(paid.as_(Role.CONTROLLER), f"/periods/{ENTITY}/2026-03/revaluation")
    assert revalued.is_success, revalued.text

    entries = read_canonical(await canonical_of(paid, await sealed(paid)))

    assert judges.by_hledger(hledger(entries))["Income:4920"] == -50
    assert judges.by_beancount(beancount(entries))["Income:4920"] == -50


def test_a_line_whose_amounts_have_opposite_signs_is_said_in_two() -> None:
    first, second = a_batched_entry().lines
    lines = (
        replace(first, amount=Decimal("0.01"), functional_amount=Decimal(-1)),
        replace(second, amount=Decimal("-0.01"), functional_amount=Decimal(1)),
    )

    text = beancount([a_batched_entry(functional_currency="USD", lines=lines)])

    assert "Assets:1300  0.01 EUR @@ 0.00 USD\n  Assets:1300  -1.00 USD" in text


def test_in_the_currency_of_the_books_nothing_more_is_said() -> None:
    assert "@@" not in hledger([a_batched_entry()])
    assert b"functional" not in canonical([a_batched_entry()])
