"""The example of a claim in a foreign currency, played through the API: invoiced, revalued, paid."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from shared.actor import Role
from tests.billing.test_worked_examples import (
    ON_A_MILESTONE,
    a_deal,
    abroad,
    closing_of,
    in_dollars,
    recognise,
)
from tests.support.billing import Billing, a_payment, a_sold_line
from tests.support.exchange_rates import an_exchange_rate, in_books
from tests.support.ledger import ENTITY, sent


@in_dollars
async def test_10_a_claim_in_euros_in_the_books_of_a_firm_in_dollars(books: Billing, sample_data: Path) -> None:
    for rate, day in (("1.50", "2026-01-10"), ("1.60", "2026-01-31"), ("1.55", "2026-02-15")):
        await an_exchange_rate(books, rate, day)
    work = a_sold_line(ON_A_MILESTONE, "1000")
    deal = await a_deal(books, work, **{**abroad(), "currency": "EUR"})

    await deal.accept(work, date(2026, 1, 10))
    invoice = await deal.invoice(date(2026, 1, 10))
    await recognise(books, "2026-01")
    assert await in_books(books) == {"1200": Decimal(1500), "4000": Decimal(-1500)}
    revaluation = await sent(books.as_(Role.CONTROLLER), f"/periods/{ENTITY}/2026-01/revaluation")
    assert revaluation.is_success, revaluation.text
    revalued = {"1200": Decimal(1600), "4000": Decimal(-1500), "4920": Decimal(-100)}
    assert await in_books(books, up_to="2026-01-31") == revalued
    await a_payment(books, invoice, received_on="2026-02-15")

    assert await in_books(books) == closing_of(sample_data, "10-fx")
