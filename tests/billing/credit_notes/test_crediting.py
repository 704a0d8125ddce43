"""Crediting: what is chosen of an invoice goes back, is open again exactly so far, and is posted in reverse."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.actor import Role
from shared.contracts.billing import CreditNoteIssued
from shared.ids import new_id
from tests.support.api import code_of
from tests.support.billing import (
    CANARY,
    MONDAY,
    Billing,
    Made,
    a_draft,
    a_drafted_credit,
    a_milestone_line,
    a_sale,
    a_time_line,
    a_timesheet,
    an_accepted_milestone,
    an_entry,
    an_issued_credit,
    an_issued_invoice,
    approved_and_issued,
)


async def invoiced(billing: Billing, *minutes: int) -> Made:
    """Have days of a consultant at 120 an hour invoiced."""
    line = a_time_line("120.00")
    sale = a_sale(line)
    contract_id = await billing.sold(sale)
    days = [an_entry(line.line_id, each, day=MONDAY.replace(day=2 + n)) for n, each in enumerate(minutes)]
    await billing.hear(a_timesheet(sale, *days))
    return await an_issued_invoice(billing, contract_id)


def key() -> dict[str, str]:
    """Name a request, so that it is done once."""
    return {"Idempotency-Key": str(new_id())}


async def balances(billing: Billing) -> dict[str, Decimal]:
    """What stands in the books, by posting role."""
    found: dict[str, Decimal] = {}
    for line in await billing.rows("journal_lines"):
        found[line["role"]] = found.get(line["role"], Decimal()) + line["amount"]
    return {role: amount for role, amount in found.items() if amount}


async def test_hours_are_credited_under_a_number_of_their_own_with_document_entry_and_news(billing: Billing) -> None:
    invoice = await invoiced(billing, 480, 480)

    credit = await an_issued_credit(billing, invoice, lines=[{"position": 1, "minutes": 600}])

    pdf = await billing.as_(Role.AUDITOR).get(f"/credit-notes/{credit['id']}/pdf")
    [event] = await billing.announced(CreditNoteIssued)
    assert (credit["number"], credit["invoice_number"]) == ("CN-INV-2026-00001", "INV-2026-00001")
    assert (credit["net"], credit["tax"], credit["gross"]) == ("1200.00", "228.00", "1428.00")
    assert [(line["minutes"], line["net"]) for line in credit["lines"]] == [(600, "1200.00")]
    assert pdf.content.startswith(b"%PDF-")
    assert (event.number, event.invoice_number, event.gross) == (credit["number"], "INV-2026-00001", Decimal(1428))
    assert await balances(billing) == {
        "receivable": Decimal("856.80"),
        "contract_liability": Decimal("-720.00"),
        "output_tax": Decimal("-136.80"),
    }


async def test_credited_hours_are_open_again_exactly_so_far(billing: Billing) -> None:
    invoice = await invoiced(billing, 480, 480)
    await an_issued_credit(billing, invoice, lines=[{"position": 1, "minutes": 600}])

    again = await a_draft(billing, UUID(invoice["contract_id"]))

    assert [(line["minutes"], line["net"]) for line in again["lines"]] == [(600, "1200.00")]
    allocated = await billing.rows("allocations")
    assert sum(row["minutes"] for row in allocated) == 960
    assert sum(row["amount"] for row in allocated) == Decimal(1920)


async def test_work_in_progress_shows_what_is_open_of_a_partly_credited_entry(billing: Billing) -> None:
    invoice = await invoiced(billing, 480)
    await an_issued_credit(billing, invoice, lines=[{"position": 1, "minutes": 90}])

    page = await billing.api.browser(Role.BILLING_CLERK, subject="bella").get("/work-in-progress")

    assert "180.00" in page.text
    assert "1.5" in page.text


async def test_a_draft_reserves_what_is_on_it_until_it_is_discarded(billing: Billing) -> None:
    invoice = await invoiced(billing, 480)
    clerk, body = billing.as_(Role.BILLING_CLERK), {"invoice_id": invoice["id"], "reason": "All of it"}
    draft = await a_drafted_credit(billing, invoice, lines=[{"position": 1, "minutes": 300}])

    too_much = await clerk.post("/credit-notes/drafts", json={**body, "lines": [{"position": 1, "minutes": 181}]})
    await clerk.post(f"/credit-notes/{draft['id']}/discard", json={"reason": "Not so"})
    all_of_it = await clerk.post("/credit-notes/drafts", json=body)

    assert (too_much.status_code, code_of(too_much)) == (409, "more_than_billed")
    assert all_of_it.json()["gross"] == invoice["gross"]
    assert (await clerk.get("/work-in-progress", params={"state": "open"})).json()["items"] == []


async def test_of_ten_credits_at_once_one_stands(billing: Billing) -> None:
    invoice = await invoiced(billing, 480)
    body = {"invoice_id": invoice["id"], "reason": "All of it"}

    answers = await asyncio.gather(
        *(billing.as_(Role.BILLING_CLERK).post("/credit-notes/drafts", json=body) for _ in range(10))
    )

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
    assert {code_of(answer) for answer in answers if answer.status_code == 409} == {"nothing_to_credit"}


async def test_one_entry_is_credited_by_its_minutes(billing: Billing) -> None:
    invoice = await invoiced(billing, 480, 255)
    behind = (await billing.as_(Role.AUDITOR).get(f"/invoices/{invoice['id']}/lines/1/origin")).json()["items"]

    credit = await an_issued_credit(billing, invoice, items=[{"item_id": behind[0]["id"], "minutes": 31}])

    origin = (await billing.as_(Role.AUDITOR).get(f"/credit-notes/{credit['id']}/origin")).json()["items"]
    assert credit["net"] == "62.00"
    assert [(one["id"], one["minutes"], one["amount"]) for one in origin] == [(behind[0]["id"], 31, "62.00")]


async def test_a_fee_is_credited_in_part_and_the_rest_of_it_later(billing: Billing) -> None:
    line = a_milestone_line("8000.00")
    sale = a_sale(line)
    contract_id = await billing.sold(sale)
    await billing.hear(an_accepted_milestone(sale, line.line_id))
    invoice = await an_issued_invoice(billing, contract_id)

    first = await an_issued_credit(billing, invoice, lines=[{"position": 1, "amount": "333.33"}])
    rest = await an_issued_credit(billing, invoice)

    assert (first["gross"], rest["net"]) == ("396.66", "7666.67")
    assert Decimal(first["gross"]) + Decimal(rest["gross"]) == Decimal(invoice["gross"])
    assert await balances(billing) == {}
    assert (await a_draft(billing, contract_id))["net"] == "8000.00"


async def test_credited_and_billed_again_in_one_go(billing: Billing) -> None:
    invoice = await invoiced(billing, 480)

    await an_issued_credit(billing, invoice, rebills=True)

    newest = (await billing.as_(Role.AUDITOR).get("/invoices")).json()["items"][0]
    assert (newest["status"], newest["gross"], newest["prepared_by"]) == ("draft", invoice["gross"], "bella")


async def test_credit_bill_and_discard_conserve_every_minute(billing: Billing) -> None:
    invoice = await invoiced(billing, 480)
    contract_id, clerk = UUID(invoice["contract_id"]), billing.as_(Role.BILLING_CLERK)
    await an_issued_credit(billing, invoice, lines=[{"position": 1, "minutes": 100}])
    rebilled = await a_draft(billing, contract_id)
    await an_issued_credit(billing, invoice, lines=[{"position": 1, "minutes": 50}])
    more = await a_draft(billing, contract_id)
    await clerk.post(f"/invoices/{rebilled['id']}/discard", json={"reason": "No"})
    last = await a_draft(billing, contract_id)

    assert [one["lines"][0]["minutes"] for one in (rebilled, more, last)] == [100, 50, 100]
    assert sum(row["minutes"] for row in await billing.rows("allocations")) == 480


async def test_only_an_issued_invoice_is_credited(billing: Billing) -> None:
    line = a_time_line("120.00")
    sale = a_sale(line)
    contract_id = await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id, 480)))
    draft = await a_draft(billing, contract_id)

    answer = await billing.as_(Role.BILLING_CLERK).post(
        "/credit-notes/drafts", json={"invoice_id": draft["id"], "reason": "No"}
    )

    assert (answer.status_code, code_of(answer)) == (409, "only_issued_is_credited")
    assert answer.json()["mend"]


async def test_nobody_decides_on_what_they_prepared_nor_without_the_right(billing: Billing) -> None:
    draft = await a_drafted_credit(billing, await invoiced(billing, 480))
    path = f"/credit-notes/{draft['id']}"
    herself = billing.api.as_(Role.BILLING_CLERK, Role.BILLING_APPROVER, subject="bella")

    own = await herself.post(f"{path}/approval")
    unapproved = await billing.as_(Role.BILLING_APPROVER, subject="bruno").post(f"{path}/issue", headers=key())
    await billing.as_(Role.BILLING_APPROVER, subject="bruno").post(f"{path}/approval")
    issued = await herself.post(f"{path}/issue", headers=key())
    clerk = await billing.as_(Role.BILLING_CLERK, subject="carl").post(f"{path}/issue", headers=key())

    assert [code_of(each) for each in (own, unapproved, issued, clerk)] == [
        "own_credit_note",
        "credit_not_approved",
        "own_credit_note",
        "not_permitted",
    ]
    assert await billing.rows("issued_credit_notes") == []


async def test_credit_notes_are_numbered_by_themselves_and_never_dated_back(billing: Billing) -> None:
    invoices = [await invoiced(billing, 60) for _ in range(3)]
    first, second = [await an_issued_credit(billing, invoice) for invoice in invoices[:2]]
    draft = await a_drafted_credit(billing, invoices[2])
    approver = billing.as_(Role.BILLING_APPROVER, subject="bruno")
    await approver.post(f"/credit-notes/{draft['id']}/approval")

    early = await approver.post(f"/credit-notes/{draft['id']}/issue", json={"issued_on": "2026-03-30"}, headers=key())

    assert [first["number"], second["number"]] == ["CN-INV-2026-00001", "CN-INV-2026-00002"]
    assert code_of(early) == "credited_before_invoiced"
    assert (await approved_issue(approver, draft))["number"] == "CN-INV-2026-00003"


async def approved_issue(approver: object, draft: Made) -> Made:
    """Issue an approved credit note today."""
    answer = await approver.post(f"/credit-notes/{draft['id']}/issue", headers=key())  # type: ignore[attr-defined]
    return dict(answer.json())


@pytest.mark.parametrize(
    "statement",
    [
        "update issued_credit_notes set number = 'CN-9'",
        "update credit_note_lines set net = 0",
        "update credit_note_taxes set tax = 0",
        "delete from credited_items",
        "update credit_note_files set content = 'x'",
    ],
)
async def test_the_database_refuses_to_change_what_was_credited(billing: Billing, statement: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        async with billing.work() as work:
            await work.session.execute(text(statement))


async def test_another_tenant_neither_sees_nor_touches_our_credit_notes(billing: Billing) -> None:
    invoice = await invoiced(billing, 60)
    draft = await a_drafted_credit(billing, invoice)
    stranger = billing.api.as_(Role.BILLING_CLERK, Role.BILLING_APPROVER, tenant=CANARY)

    answers = [
        await stranger.post("/credit-notes/drafts", json={"invoice_id": invoice["id"], "reason": "Mine"}),
        await stranger.get(f"/credit-notes/{draft['id']}"),
        await stranger.get(f"/credit-notes/{draft['id']}/origin"),
        await stranger.get(f"/credit-notes/{draft['id']}/pdf"),
        await stranger.post(f"/credit-notes/{draft['id']}/approval"),
        await stranger.post(f"/credit-notes/{draft['id']}/discard", json={"reason": "Mine"}),
    ]

    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert (await stranger.get("/credit-notes")).json()["items"] == []


async def test_an_issued_credit_note_is_approved_by_bruno(billing: Billing) -> None:
    draft = await a_drafted_credit(billing, await invoiced(billing, 60))

    issued = await approved_and_issued(billing, f"/credit-notes/{draft['id']}")

    assert (issued["status"], issued["approved_by"], issued["issued_by"]) == ("issued", "bruno", "bruno")
