"""Issuing: a second person, a number without a gap, a document, a journal entry, and no way back."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.billing.invoices.actions import issue_invoice
from shared.actor import Role
from shared.contracts.billing import InvoiceIssued
from shared.errors import Refused
from shared.ids import new_id
from tests.support.api import code_of
from tests.support.billing import (
    Billing,
    Made,
    a_draft,
    a_person_known,
    a_sale,
    a_time_line,
    a_timesheet,
    an_entry,
    an_issued_invoice,
)


async def a_billable_contract(billing: Billing) -> UUID:
    """Have 480 minutes at 120 an hour on a contract."""
    line = a_time_line("120.00")
    sale = a_sale(line)
    contract_id = await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id, 480)))
    return contract_id


async def an_approved_invoice(billing: Billing) -> Made:
    """Have a draft that somebody else approved."""
    draft = await a_draft(billing, await a_billable_contract(billing))
    answer = await billing.as_(Role.BILLING_APPROVER, subject="bruno").post(f"/invoices/{draft['id']}/approval")
    assert answer.is_success, answer.text
    return dict(answer.json())


def key() -> dict[str, str]:
    """Name a request, so that it is done once."""
    return {"Idempotency-Key": str(new_id())}


async def test_an_invoice_goes_out_with_number_document_entry_and_news(billing: Billing) -> None:
    contract_id = await a_billable_contract(billing)

    issued = await an_issued_invoice(billing, contract_id)

    pdf = await billing.as_(Role.AUDITOR).get(f"/invoices/{issued['id']}/pdf")
    [event] = await billing.announced(InvoiceIssued)
    assert (issued["number"], issued["issued_on"], issued["due_on"]) == ("INV-2026-00001", "2026-03-31", "2026-04-30")
    assert (issued["approved_by"], issued["issued_by"]) == ("bruno", "bruno")
    assert pdf.content.startswith(b"%PDF-")
    assert hashlib.sha256(pdf.content).hexdigest() == issued["sha256"]
    assert (event.number, event.gross, str(event.contract_id)) == (
        "INV-2026-00001",
        Decimal("1142.40"),
        str(contract_id),
    )
    assert sum(line.net for line in event.lines) == event.net == Decimal("960.00")


async def test_an_invoice_ahead_of_revenue_is_a_contract_liability(billing: Billing) -> None:
    issued = await an_issued_invoice(billing, await a_billable_contract(billing))

    [entry] = await billing.rows("journal_entries")
    lines = {line["role"]: line["amount"] for line in await billing.rows("journal_lines")}
    assert (str(entry["source_id"]), entry["source_kind"]) == (issued["id"], "invoice")
    assert lines == {
        "receivable": Decimal("1142.40"),
        "contract_liability": Decimal("-960.00"),
        "output_tax": Decimal("-182.40"),
    }


async def test_issuing_again_with_the_same_key_gives_the_same_answer(billing: Billing) -> None:
    invoice = await an_approved_invoice(billing)
    approver, named = billing.as_(Role.BILLING_APPROVER, subject="bruno"), key()

    first = await approver.post(f"/invoices/{invoice['id']}/issue", headers=named)
    second = await approver.post(f"/invoices/{invoice['id']}/issue", headers=named)
    third = await approver.post(f"/invoices/{invoice['id']}/issue", headers=key())

    assert first.json() == second.json()
    assert (third.status_code, code_of(third)) == (409, "issued_for_good")
    assert len(await billing.rows("issued_invoices")) == len(await billing.announced(InvoiceIssued)) == 1


async def test_an_unapproved_invoice_is_not_issued(billing: Billing) -> None:
    draft = await a_draft(billing, await a_billable_contract(billing))

    answer = await billing.as_(Role.BILLING_APPROVER).post(f"/invoices/{draft['id']}/issue", headers=key())

    assert (answer.status_code, code_of(answer)) == (409, "not_approved")
    assert answer.json()["mend"]
    assert await billing.rows("issued_invoices") == []


async def test_issuing_needs_a_key(billing: Billing) -> None:
    invoice = await an_approved_invoice(billing)

    answer = await billing.as_(Role.BILLING_APPROVER).post(f"/invoices/{invoice['id']}/issue")

    assert (answer.status_code, code_of(answer)) == (422, "idempotency_key_missing")


async def test_nobody_approves_or_issues_what_they_prepared_under_whatever_log_in(billing: Billing) -> None:
    anna = new_id()
    await billing.hear(a_person_known("anna", anna))
    draft = await a_draft(billing, await a_billable_contract(billing), subject="anna")
    await billing.hear(a_person_known("anna", anna), 2)
    herself = billing.api.as_(Role.BILLING_CLERK, Role.BILLING_APPROVER, subject="anna")

    own = await herself.post(f"/invoices/{draft['id']}/approval")
    await billing.as_(Role.BILLING_APPROVER, subject="bruno").post(f"/invoices/{draft['id']}/approval")
    issued = await herself.post(f"/invoices/{draft['id']}/issue", headers=key())

    assert (own.status_code, code_of(own)) == (403, "own_invoice")
    assert (issued.status_code, code_of(issued)) == (403, "own_invoice")


@pytest.mark.parametrize("role", [Role.CONSULTANT, Role.BILLING_CLERK, Role.AUDITOR])
async def test_who_does_not_decide_neither_approves_nor_issues(billing: Billing, role: Role) -> None:
    invoice = await an_approved_invoice(billing)
    other = await a_draft(billing, await a_billable_contract(billing))

    issued = await billing.as_(role, subject="carl").post(f"/invoices/{invoice['id']}/issue", headers=key())
    approved = await billing.as_(role, subject="carl").post(f"/invoices/{other['id']}/approval")

    assert (code_of(issued), code_of(approved)) == ("not_permitted", "not_permitted")
    assert {row["status"] for row in await billing.rows("invoices")} == {"approved", "draft"}


async def test_an_invoice_is_never_dated_before_the_one_before_it(billing: Billing) -> None:
    await an_issued_invoice(billing, await a_billable_contract(billing))
    invoice = await an_approved_invoice(billing)
    approver = billing.as_(Role.BILLING_APPROVER, subject="bruno")

    back = await approver.post(f"/invoices/{invoice['id']}/issue", json={"issued_on": "2026-03-30"}, headers=key())
    ahead = await approver.post(f"/invoices/{invoice['id']}/issue", json={"issued_on": "2026-04-01"}, headers=key())
    same = await approver.post(f"/invoices/{invoice['id']}/issue", json={"issued_on": "2026-03-31"}, headers=key())

    assert (code_of(back), code_of(ahead)) == ("date_goes_back", "issued_in_future")
    assert same.json()["number"] == "INV-2026-00002"


async def test_fifty_invoices_issued_at_once_are_numbered_without_a_gap(billing: Billing) -> None:
    invoices = [await an_approved_invoice(billing) for _ in range(50)]
    given_up, cut_off = UUID(invoices[7]["id"]), UUID(invoices[8]["id"])

    connections = asyncio.Semaphore(8)

    async def issue(invoice_id: UUID) -> None:
        async with connections, billing.work(Role.BILLING_APPROVER, subject="bruno") as work:
            await issue_invoice(work, invoice_id)
            if invoice_id == given_up:
                raise Refused("The request was given up after the number was taken.")
            if invoice_id == cut_off:
                await work.session.execute(text("select pg_terminate_backend(pg_backend_pid())"))

    outcomes = await asyncio.gather(*(issue(UUID(invoice["id"])) for invoice in invoices), return_exceptions=True)

    issued = await billing.rows("issued_invoices")
    assert [outcome for outcome in outcomes if outcome is not None] == [outcomes[7], outcomes[8]]
    assert sorted(row["number"] for row in issued) == [f"INV-2026-{number:05d}" for number in range(1, 49)]
    assert not {given_up, cut_off} & {row["id"] for row in issued}


@pytest.mark.parametrize(
    "statement",
    [
        "update issued_invoices set number = 'INV-2026-99999'",
        "delete from issued_invoices",
        "update invoice_documents set pdf = 'x'",
        "update invoice_lines set net = 0",
        "update invoice_taxes set tax = 0",
        "delete from allocations",
    ],
)
async def test_the_database_refuses_to_change_what_went_out(billing: Billing, statement: str) -> None:
    await an_issued_invoice(billing, await a_billable_contract(billing))

    with pytest.raises(DBAPIError, match="permission denied"):
        async with billing.work() as work:
            await work.session.execute(text(statement))


async def test_what_was_issued_is_not_discarded_and_its_work_is_billed(billing: Billing) -> None:
    issued = await an_issued_invoice(billing, await a_billable_contract(billing))
    clerk = billing.as_(Role.BILLING_CLERK)

    answer = await clerk.post(f"/invoices/{issued['id']}/discard", json={"reason": "Too late"})

    items = (await clerk.get("/work-in-progress", params={"state": "billed"})).json()["items"]
    assert code_of(answer) == "issued_for_good"
    assert [item["invoice_id"] for item in items] == [issued["id"]]


async def test_invoices_are_listed_newest_first_by_state(billing: Billing) -> None:
    issued = await an_issued_invoice(billing, await a_billable_contract(billing))
    draft = await a_draft(billing, await a_billable_contract(billing))
    clerk = billing.as_(Role.BILLING_CLERK)

    listed = (await clerk.get("/invoices")).json()["items"]
    only_issued = (await clerk.get("/invoices", params={"status": "issued"})).json()["items"]

    assert [(one["id"], one["number"], one["gross"]) for one in listed] == [
        (draft["id"], None, "1142.40"),
        (issued["id"], "INV-2026-00001", "1142.40"),
    ]
    assert [one["id"] for one in only_issued] == [issued["id"]]


async def test_the_day_of_issue_is_told_by_the_works_clock(billing: Billing) -> None:
    issued = await an_issued_invoice(billing, await a_billable_contract(billing))

    assert date.fromisoformat(issued["issued_on"]) == date(2026, 3, 31)
