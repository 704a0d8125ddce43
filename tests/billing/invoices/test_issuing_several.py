"""Issuing several at once: each is its own, in the order asked for, and many cost hardly more statements than one."""

from __future__ import annotations

import asyncio
from collections import Counter
from decimal import Decimal
from uuid import UUID

from services.billing.invoices.actions import issue_invoices
from services.billing.invoices.model.issue import Issue
from shared.actor import Role
from shared.contracts.billing import InvoiceIssued
from shared.ids import new_id
from tests.billing.invoices.test_issuing import a_billable_contract, an_approved_invoice, key
from tests.support.api import code_of
from tests.support.billing import Billing, a_draft, a_sale, a_time_line, a_timesheet, an_entry
from tests.support.statements import statements


async def approved(billing: Billing, count: int) -> list[UUID]:
    """Have that many approved invoices."""
    return [UUID((await an_approved_invoice(billing))["id"]) for _ in range(count)]


async def issued(billing: Billing, invoice_ids: list[UUID]) -> Issue:
    """Issue them as somebody who prepared none of them."""
    async with billing.work(Role.BILLING_APPROVER, subject="bruno") as work:
        return await issue_invoices(work, invoice_ids)


async def under_one_order(billing: Billing, budget: str) -> list[UUID]:
    """Have two approved invoices of 480.00 each on one contract, under an order with a budget."""
    line = a_time_line("120.00")
    sale = a_sale(line).model_copy(update={"purchase_order": "PO-1", "purchase_order_budget": Decimal(budget)})
    contract_id = await billing.sold(sale)
    found = []
    for _ in range(2):
        await billing.hear(a_timesheet(sale, an_entry(line.line_id, 240)))
        draft = await a_draft(billing, contract_id)
        await billing.as_(Role.BILLING_APPROVER, subject="bruno").post(f"/invoices/{draft['id']}/approval")
        found.append(UUID(draft["id"]))
    return found


async def test_several_go_out_in_the_order_asked_for_each_with_all_that_one_has(billing: Billing) -> None:
    one, two, three = await approved(billing, 3)
    asked = [str(three), str(one), str(two)]

    answer = await billing.as_(Role.BILLING_APPROVER, subject="bruno").post(
        "/invoices/issue", json={"invoice_ids": asked}, headers=key()
    )

    numbers = [f"INV-2026-{number:05d}" for number in (1, 2, 3)]
    told = await billing.announced(InvoiceIssued)
    posted = await billing.rows("journal_entries")
    assert answer.json() == {
        "issued": [{"invoice_id": id, "number": number} for id, number in zip(asked, numbers, strict=True)],
        "refused": [],
    }
    assert [(str(event.invoice_id), event.number) for event in told] == list(zip(asked, numbers, strict=True))
    assert {str(row["source_id"]) for row in posted} == set(asked)
    for id, number in zip(asked, numbers, strict=True):
        pdf = await billing.as_(Role.AUDITOR).get(f"/invoices/{id}/pdf")
        assert pdf.headers["content-disposition"] == f'inline; filename="{number}.pdf"'
    assert {row["status"] for row in await billing.rows("invoices")} == {"issued"}


async def test_what_may_not_go_out_is_refused_by_itself_and_leaves_nothing(billing: Billing) -> None:
    good = await approved(billing, 3)
    draft = UUID((await a_draft(billing, await a_billable_contract(billing)))["id"])
    within, beyond = await under_one_order(billing, "500.00")
    nobodys = new_id()

    issue = await issued(billing, [good[0], draft, within, good[1], beyond, nobodys, good[2]])

    assert issue.numbers == {
        good[0]: "INV-2026-00001",
        within: "INV-2026-00002",
        good[1]: "INV-2026-00003",
        good[2]: "INV-2026-00004",
    }
    assert {id: refusal.code() for id, refusal in issue.refused.items()} == {
        nobodys: "no_such_invoice",
        draft: "not_approved",
        beyond: "purchase_order_spent",
    }
    went_out = set(issue.numbers)
    assert {row["source_id"] for row in await billing.rows("journal_entries")} == went_out
    assert {event.invoice_id for event in await billing.announced(InvoiceIssued)} == went_out
    assert {row["document_id"] for row in await billing.rows("purchase_order_draws")} == went_out
    assert {row["id"] for row in await billing.rows("invoices") if row["status"] == "issued"} == went_out


async def test_what_two_issue_at_the_same_time_goes_out_once_without_a_gap(billing: Billing) -> None:
    invoices = await approved(billing, 6)

    first, second = await asyncio.gather(issued(billing, invoices[:4]), issued(billing, invoices[:1:-1]))

    rows = await billing.rows("issued_invoices")
    assert sorted(row["number"] for row in rows) == [f"INV-2026-{number:05d}" for number in range(1, 7)]
    assert {row["id"] for row in rows} == set(invoices) == {*first.numbers, *second.numbers}
    refused = [*first.refused.values(), *second.refused.values()]
    assert [refusal.code() for refusal in refused] == ["issued_for_good"] * 2


async def test_issuing_many_takes_one_statement_more_for_each(billing: Billing) -> None:
    await issued(billing, await approved(billing, 1))  # the first one opens the month

    taken = []
    for count in (1, 20):
        invoices = await approved(billing, count)
        with statements(billing.database) as seen:
            assert len((await issued(billing, invoices)).numbers) == count
        taken.append(Counter(statement.split()[0] + " " + statement.split()[1] for statement in seen))

    # Whose state changes is looked at one by one, so that no change of somebody else is lost.
    assert taken[1] - taken[0] == Counter({"UPDATE invoices": 19})


async def test_who_does_not_decide_issues_none(billing: Billing) -> None:
    [invoice] = await approved(billing, 1)
    body = {"invoice_ids": [str(invoice)]}

    refused = await billing.as_(Role.BILLING_CLERK, subject="carl").post("/invoices/issue", json=body, headers=key())
    keyless = await billing.as_(Role.BILLING_APPROVER, subject="bruno").post("/invoices/issue", json=body)

    assert (code_of(refused), code_of(keyless)) == ("not_permitted", "idempotency_key_missing")
    assert await billing.rows("issued_invoices") == []
