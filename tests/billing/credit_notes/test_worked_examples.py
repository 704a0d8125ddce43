"""The worked examples of crediting and of rounding, played through the API; their closing balances are ours."""

from __future__ import annotations

import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shared.actor import Role
from shared.ids import new_id
from tests.support import ledger
from tests.support.billing import (
    Billing,
    a_correction,
    a_milestone_line,
    a_reversal,
    a_sale,
    a_time_line,
    a_timesheet,
    an_accepted_milestone,
    an_entry,
    an_issued_credit,
    an_issued_invoice,
)

SAMPLES = os.environ.get("SAMPLE_DATA")
pytestmark = pytest.mark.skipif(not SAMPLES, reason="SAMPLE_DATA is not set")
ACCOUNTS = {
    "Assets:Receivable": "receivable",
    "Income:Revenue": "revenue",
    "Liabilities:OutputVAT": "output_tax",
}


def closing(example: str) -> dict[str, Decimal]:
    """The balances that an example ends with, by posting role."""
    told: list[dict[str, Any]] = json.loads((Path(SAMPLES or "") / "accounting-examples.json").read_text())
    [found] = [one for one in told if one["id"] == example]
    return {ACCOUNTS[account]: Decimal(amount) for account, amount in found["closing"].items()}


async def balances(billing: Billing) -> dict[str, Decimal]:
    """What stands in our books, once all of March is recognised."""
    controller = billing.as_(Role.CONTROLLER, subject="carla")
    march = {"legal_entity": ledger.ENTITY, "period": ledger.MARCH}
    run = await ledger.sent(controller, "/recognition-runs", march)
    assert run.is_success, run.text
    found: dict[str, Decimal] = {}
    for line in await billing.rows("journal_lines"):
        found[line["role"]] = found.get(line["role"], Decimal()) + line["amount"]
    return {role: amount for role, amount in found.items() if amount}


async def test_ten_hours_that_were_not_worked_are_credited_and_taken_back(billing: Billing) -> None:
    line = a_time_line("120.00")
    sale = a_sale(line)
    contract_id = await billing.sold(sale)
    wrong = an_entry(line.line_id, 600)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id, 1650), wrong))
    invoice = await an_issued_invoice(billing, contract_id)

    await billing.hear(a_correction(sale, a_reversal(wrong)))
    items = (await billing.as_(Role.AUDITOR).get(f"/invoices/{invoice['id']}/lines/1/origin")).json()["items"]
    [item] = [one for one in items if one["entry_id"] == str(wrong.entry_id)]
    await an_issued_credit(billing, invoice, items=[{"item_id": item["id"]}])

    assert await balances(billing) == closing("08-credit-note")


async def test_tax_is_rounded_for_the_category(billing: Billing) -> None:
    lines = [a_milestone_line("33.33") for _ in range(3)]
    sale = a_sale(*lines)
    contract_id = await billing.sold(sale)
    for line in lines:
        await billing.hear(an_accepted_milestone(sale, line.line_id, milestone_id=new_id()))

    await an_issued_invoice(billing, contract_id)

    assert await balances(billing) == closing("12-rounding")
