"""Sealed books before three judges: their balances are ours, for a real month and for every worked example."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from services.billing.batches.model.canonical import read_canonical
from services.billing.batches.model.renderings.books import beancount, hledger
from services.billing.batches.model.renderings.renderers import Renderer
from services.billing.ledger.model.accounts import AccountCode, AccountKind
from services.billing.ledger.model.entries import FractionOfUnit, NewEntry, NewLine, Source, SourceKind, Unbalanced
from shared.actor import Role
from shared.ids import new_id
from tests.support.billing import (
    Billing,
    a_correction,
    a_legal_entity,
    a_milestone_line,
    a_reversal,
    a_sale,
    a_time_line,
    a_timesheet,
    an_accepted_milestone,
    an_entry,
    an_issued_invoice,
)
from tests.support.judges import Balances, Judges
from tests.support.ledger import ENTITY, MARCH, map_accounts, posted, sealed, sent

KINDS = {"Assets": "asset", "Liabilities": "liability", "Equity": "equity", "Income": "income", "Expenses": "expense"}
ROOTS = {AccountKind(kind): root for root, kind in KINDS.items()}
Example = dict[str, Any]


async def balances(billing: Billing, legal_entity: str) -> Balances:
    """Our own trial balance, with the accounts named as the judges name them."""
    answer = await billing.as_(Role.AUDITOR).get("/trial-balance", params={"legal_entity": legal_entity})
    found = {
        f"{ROOTS[AccountKind(one['kind'])]}:{one['account']}": Decimal(one["balance"])
        for one in answer.json()["balances"]
    }
    return {account: balance for account, balance in found.items() if balance}


async def test_a_month_of_two_contracts_with_a_correction_is_accepted_by_every_judge(
    billing: Billing, judges: Judges
) -> None:
    time, milestone = a_time_line("120.00"), a_milestone_line("8000.00")
    by_the_hour, fixed = a_sale(time), a_sale(milestone)
    first_contract = await billing.sold(by_the_hour)
    second_contract = await billing.sold(fixed.model_copy(update={"number": "O-1043"}))
    entry = an_entry(time.line_id, 490)
    await billing.hear(a_timesheet(by_the_hour, entry, an_entry(time.line_id, 330)))
    await billing.hear(an_accepted_milestone(fixed, milestone.line_id))
    controller, run = billing.as_(Role.CONTROLLER), {"legal_entity": ENTITY, "period": MARCH}
    await sent(controller, "/recognition-runs", run)
    await billing.hear(
        a_correction(by_the_hour, a_reversal(entry), an_entry(time.line_id, 420, corrects_entry_id=entry.entry_id))
    )
    await sent(controller, "/recognition-runs", run)
    await an_issued_invoice(billing, first_contract)
    await an_issued_invoice(billing, second_contract)
    await map_accounts(billing)

    batch = await sealed(billing)

    asked = [controller.get(f"/ledger-batches/{batch['id']}/{one}") for one in (Renderer.HLEDGER, Renderer.BEANCOUNT)]
    journal, books = [(await one).text for one in asked]
    agreed = judges.judge(hledger=journal, beancount=books)
    assert agreed == await balances(billing, ENTITY)
    assert (batch["entry_count"], len(batch["thread_ids"])) == (5, 2)
    assert agreed["Income:4000"] == Decimal("-9500.00")


async def test_every_worked_example_closes_as_stated_with_us_and_with_every_judge(
    billing: Billing, judges: Judges, sample_data: Path
) -> None:
    examples = json.loads((sample_data / "accounting-examples.json").read_text())
    assert examples

    for number, example in enumerate(examples):
        entity = f"EX{number}"
        await books_for(billing, entity, example)
        await posted(billing, *entries_of(entity, example))
        stated = {account: Decimal(balance) for account, balance in example["closing"].items()}

        assert await balances(billing, entity) == stated, example["id"]
        entries = read_canonical(await sealed_content(billing, entity, example))
        agreed = judges.judge(hledger=hledger(entries), beancount=beancount(entries))
        assert agreed == stated, example["id"]


async def test_no_worked_example_is_posted_with_the_smallest_error(billing: Billing, sample_data: Path) -> None:
    for example in json.loads((sample_data / "accounting-examples.json").read_text()):
        for entry in entries_of(ENTITY, example):
            for error in (Decimal("0.01"), Decimal("0.004")):
                first, *rest = entry.lines
                wrong = replace(entry, lines=[replace(first, amount=first.amount + error), *rest])
                with pytest.raises((Unbalanced, FractionOfUnit)):
                    await posted(billing, wrong)

    assert await billing.rows("journal_entries") == []


async def books_for(billing: Billing, entity: str, example: Example) -> None:
    """Set up a legal entity with the accounts that an example uses, all of them mapped."""
    await a_legal_entity(
        billing,
        code=entity,
        name=entity,
        invoice_series=f"{entity}-",
        is_default=False,
        functional_currency=example["currency"],
    )
    controller = billing.as_(Role.CONTROLLER)
    for account in sorted({account for entry in example["entries"] for account, _ in entry["lines"]}):
        root, code = account.split(":")
        body = {"legal_entity": entity, "code": code, "name": code, "kind": KINDS[root]}
        added = await controller.put(f"/ledger-accounts/{new_id()}", json=body)
        assert added.is_success, added.text
        mapping = {"legal_entity": entity, "account": code, "erp_account": code}
        await controller.put(f"/account-mappings/{new_id()}", json=mapping)


def entries_of(entity: str, example: Example) -> list[NewEntry]:
    """Read the entries of an example."""
    return [
        NewEntry(
            legal_entity=entity,
            currency=example["currency"],
            on=date.fromisoformat(entry["date"]),
            text=entry["text"],
            source=Source(SourceKind.ADJUSTMENT, new_id()),
            lines=[NewLine(AccountCode(account.split(":")[1]), Decimal(amount)) for account, amount in entry["lines"]],
        )
        for entry in example["entries"]
    ]


async def sealed_content(billing: Billing, entity: str, example: Example) -> bytes:
    """Seal every month of an example, and put the batches together."""
    controller, content = billing.as_(Role.CONTROLLER), b""
    for period in sorted({entry["date"][:7] for entry in example["entries"]}):
        scope = {"legal_entity": entity, "period": period, "currency": example["currency"]}
        batch = (await sent(controller, "/ledger-batches", scope)).json()
        content += (await controller.get(f"/ledger-batches/{batch['id']}/canonical")).content
    return content
