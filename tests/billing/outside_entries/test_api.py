"""Entries of other systems come in whole, once, and never into what billing keeps itself."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx2
import pytest

from shared.actor import Role
from tests.support.api import code_of
from tests.support.billing import Billing
from tests.support.ledger import ENTITY, closed, sent, trial_balance

BILL: dict[str, Any] = {
    "reference": "V-1",
    "on": "2026-03-20",
    "currency": "EUR",
    "text": "Subcontractor",
    "lines": [{"account": "6000", "amount": "100.00"}, {"account": "2000", "amount": "-100.00"}],
}
HEADING = "reference,on,currency,text,account,amount\n"
FILE = HEADING + (
    "V-1,2026-03-20,EUR,Subcontractor,6000,100.00\n"
    "V-2,2026-03-21,EUR,Travel,6000,18.40\n"
    "V-1,2026-03-20,EUR,Subcontractor,2000,-100.00\n"
    "V-2,2026-03-21,EUR,Travel,2000,-18.40\n"
)


async def brought(billing: Billing, *entries: dict[str, Any], role: Role = Role.CONTROLLER) -> httpx2.Response:
    """Bring entries in."""
    body = {"legal_entity": ENTITY, "system": "payables", "entries": list(entries)}
    return await sent(billing.as_(role), "/outside-entries", body)


async def filed(billing: Billing, file: str) -> httpx2.Response:
    """Bring a file in."""
    body = {"legal_entity": ENTITY, "system": "payables", "file": file}
    return await sent(billing.as_(Role.CONTROLLER), "/outside-entries/file", body)


async def test_an_entry_comes_in_once_however_often_it_is_brought(billing: Billing) -> None:
    first = await brought(billing, BILL)
    again = await brought(billing, BILL)
    by_file = await filed(billing, FILE)

    assert first.json() == again.json()
    assert by_file.json()["entries"][0] == first.json()["entries"][0]
    assert first.json()["entries"][0]["source"]["kind"] == "outside"
    assert await trial_balance(billing) == {"6000": Decimal("118.40"), "2000": Decimal("-118.40")}


async def test_what_was_brought_in_does_not_change(billing: Billing) -> None:
    await brought(billing, BILL)

    lines = [{"account": "6000", "amount": "90.00"}, {"account": "2000", "amount": "-90.00"}]
    other = await brought(billing, BILL | {"lines": lines})

    assert code_of(other) == "entry_differs"


async def test_entries_come_in_all_or_none(billing: Billing) -> None:
    wrong = BILL | {"reference": "V-2", "lines": [*BILL["lines"], {"account": "4000", "amount": "1.00"}]}
    unknown = BILL | {"reference": "V-3", "lines": [{"account": "9", "amount": "1"}, {"account": "8", "amount": "-1"}]}

    assert code_of(await brought(billing, BILL, wrong)) == "unbalanced"
    assert code_of(await brought(billing, BILL, unknown)) == "no_such_account"
    await closed(billing, "2026-03")
    assert code_of(await brought(billing, BILL)) == "period_closed"
    assert await trial_balance(billing) == {}


@pytest.mark.parametrize("account", ["1200", "1300", "2300"])
async def test_what_billing_keeps_itself_is_not_posted_from_outside(billing: Billing, account: str) -> None:
    lines = [{"account": account, "amount": "1.00"}, {"account": "4000", "amount": "-1.00"}]

    assert code_of(await brought(billing, BILL | {"lines": lines})) == "kept_here"


@pytest.mark.parametrize(
    "file",
    [
        "reference,on,currency,text,account\nV-1,2026-03-20,EUR,Travel,6000\n",
        HEADING + "V-1,2026-03-20,EUR,Travel,6000\n",
        HEADING + "V-1,20 March,EUR,Travel,6000,1.00\n",
        HEADING + "V-1,2026-03-20,EUR,Travel,6000,much\n",
        HEADING + "V-1,2026-03-20,EUR,Travel,6000,NaN\n",
        HEADING + "V-1,2026-03-20,EUR,Travel,6000,1.00\nV-1,2026-03-21,EUR,Travel,2000,-1.00\n",
        HEADING + "V-1,2026-03-20,EUR,Travel,6000,1.00,more\n",
        HEADING + ',2026-03-20,EUR,Travel,6000,1.00\n"',
    ],
)
async def test_of_a_file_that_cannot_be_read_nothing_comes_in(billing: Billing, file: str) -> None:
    answer = await filed(billing, file)

    assert code_of(answer) == "bad_file"
    assert answer.json()["mend"]
    assert await billing.rows("journal_entries") == []


async def test_only_who_adjusts_the_ledger_brings_entries_in(billing: Billing) -> None:
    for role in set(Role) - {Role.CONTROLLER}:
        assert code_of(await brought(billing, BILL, role=role)) == "not_permitted"
