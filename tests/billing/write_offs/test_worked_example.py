"""The example of a write-off, its recovery and the allowance at the end of the year, played through the API."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import date
from pathlib import Path

import httpx2

from shared.actor import Role
from shared.ids import new_id
from tests.billing.test_worked_examples import ON_A_MILESTONE, a_deal, abroad, by_hand, closing_of, in_dollars
from tests.support.billing import Billing, Made, a_payment, a_sold_line
from tests.support.ledger import sent, trial_balance


async def a_claim(billing: Billing, amount: str, terms: int) -> Made:
    """Have a fee invoiced at the end of 2025, payable within `terms` days."""
    fee = a_sold_line(ON_A_MILESTONE, amount)
    deal = await a_deal(billing, fee, **abroad(), payment_terms_days=terms)
    await deal.accept(fee, date(2025, 12, 31))
    return await deal.invoice(date(2025, 12, 31))


async def made(asked: Awaitable[httpx2.Response]) -> Made:
    """What came of a request that is not refused."""
    answer = await asked
    assert answer.is_success, answer.text
    return dict(answer.json())


@in_dollars
async def test_09_a_write_off_a_recovery_and_the_allowance(books: Billing, sample_data: Path) -> None:
    lost, old, new = [await a_claim(books, *claim) for claim in (("17000", 30), ("13300", 30), ("19700", 365))]
    await by_hand(books, "2025-12-31", "USD", a2300="50000", a3000="-34700", a1290="-15300")
    policy = {
        "legal_entity_id": lost["legal_entity_id"],
        "starts_on": "2026-01-01",
        "percents": ["25", "0", "0", "0", "75"],
    }
    carla, clerk = books.as_(Role.CONTROLLER, subject="carla"), books.as_(Role.BILLING_CLERK, subject="bella")
    await made(carla.put(f"/allowance-policies/{new_id()}", json=policy))

    write_off = f"/write-offs/{new_id()}"
    insolvent = {"invoice_id": lost["id"], "amount": "17000", "reason": "Insolvent"}
    await made(clerk.put(write_off, json=insolvent))
    await made(carla.post(f"{write_off}/approval", json={"on": "2026-03-01"}))
    await made(sent(clerk, f"{write_off}/recoveries", {"amount": "750", "on": "2026-05-01"}))
    await a_payment(books, lost, "750", received_on="2026-05-01")
    year_end = {"legal_entity_id": lost["legal_entity_id"], "as_of": "2026-12-31"}
    run = await made(carla.put(f"/allowance-runs/{new_id()}", json=year_end))

    assert (run["totals"][0]["wanted"], run["totals"][0]["difference"]) == ("14900.00", "15850.00")
    assert await trial_balance(books) == closing_of(sample_data, "09-write-off")
    assert [one["gross"] for one in (old, new)] == ["13300.00", "19700.00"]
