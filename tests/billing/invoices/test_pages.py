"""Invoices in bulk: drafts are approved and issued invoices sent, all that are ticked or none."""

from __future__ import annotations

from shared.actor import Role
from shared.contracts.claims import DocumentHandedOver
from shared.ids import new_id
from tests.support.billing import (
    Billing,
    a_draft,
    a_sale,
    a_time_line,
    a_timesheet,
    an_account,
    an_entry,
    an_issued_invoice,
)

APPROVALS, SENDING = "/invoices/approvals", "/hand-overs/invoices"


async def a_draft_of_its_own(billing: Billing) -> str:
    """A draft for another contract, prepared by Bella."""
    line = a_time_line()
    sale = a_sale(line)
    contract_id = await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id)))
    return str((await a_draft(billing, contract_id))["id"])


async def states(billing: Billing) -> list[str]:
    return sorted(row["status"] for row in await billing.rows("invoices"))


async def test_drafts_are_approved_together_unless_one_is_their_own(billing: Billing) -> None:
    drafts = [await a_draft_of_its_own(billing) for _ in range(2)]
    approver = billing.api.browser(Role.BILLING_APPROVER, subject="fatima")
    own = billing.api.browser(Role.BILLING_APPROVER, subject="bella")
    clerk = billing.api.browser(Role.BILLING_CLERK, subject="owen")

    refused = [await own.post(APPROVALS, data={"id": drafts}), await clerk.post(APPROVALS, data={"id": drafts})]
    nothing = await approver.post(APPROVALS, headers={"hx-request": "true"})
    assert [one.status_code for one in [*refused, nothing]] == [403, 403, 422]
    assert await states(billing) == ["draft", "draft"]

    offered = (await approver.get("/invoices", params={"status": "draft"})).text
    approved = await approver.post(APPROVALS, data={"id": drafts})

    assert APPROVALS in offered and APPROVALS not in (await clerk.get("/invoices?status=draft")).text
    assert approved.status_code == 303
    assert await states(billing) == ["approved", "approved"]


async def test_issued_invoices_are_sent_together_and_none_of_them_twice(billing: Billing) -> None:
    line = a_time_line()
    sale = a_sale(line, account=an_account(billing_email="ap@alpenglow.example"))
    contract_id = await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id)))
    invoice = await an_issued_invoice(billing, contract_id)
    clerk = billing.api.browser(Role.BILLING_CLERK, subject="bella")
    auditor = billing.api.browser(Role.AUDITOR)

    refused = await auditor.post(SENDING, data={"id": invoice["id"]}, headers={"Idempotency-Key": str(new_id())})
    offered = (await clerk.get("/invoices", params={"status": "issued"})).text
    sent = await clerk.post(SENDING, data={"id": invoice["id"]}, headers={"Idempotency-Key": str(new_id())})
    again = await clerk.post(SENDING, data={"id": invoice["id"]}, headers={"Idempotency-Key": str(new_id())})

    assert SENDING in offered and SENDING not in (await auditor.get("/invoices?status=issued")).text
    assert [refused.status_code, sent.status_code, again.status_code] == [403, 303, 409]
    assert [one.number for one in await billing.announced(DocumentHandedOver)] == [invoice["number"]]
