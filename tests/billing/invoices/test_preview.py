"""The PDF of a draft is looked at before it goes out, and cannot be taken for the invoice."""

from __future__ import annotations

import io
from uuid import UUID

import pytest
from pypdf import PdfReader

from shared.actor import Role
from shared.ids import new_id
from tests.billing.invoices.test_drafting import worked
from tests.support.api import code_of
from tests.support.billing import CANARY, Billing, a_draft, an_issued_invoice


def printed(pdf: bytes) -> str:
    """What stands on the pages of a PDF."""
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


async def test_a_draft_is_marked_on_the_page_and_takes_no_number(billing: Billing) -> None:
    draft = await a_draft(billing, await worked(billing, 480))
    path = f"/invoices/{draft['id']}/preview"

    shown = await billing.as_(Role.BILLING_CLERK).get(path)
    await billing.as_(Role.BILLING_APPROVER, subject="bruno").post(f"/invoices/{draft['id']}/approval")
    approved = await billing.as_(Role.AUDITOR).get(path)

    assert shown.headers["content-type"] == "application/pdf"
    assert shown.headers["content-disposition"] == "inline"
    for answer in (shown, approved):
        said = printed(answer.content)
        assert "DRAFT" in said and "Invoice Draft" in said and "1,724.00" in said and "2,051.56" in said
        assert "Scan to pay" not in said
    assert await billing.rows("issued_invoices") == []
    assert {row["last_number"] for row in await billing.rows("number_series") if row["series"] == "INV-2026-"} <= {0}


async def test_what_went_out_or_was_discarded_has_no_preview(billing: Billing) -> None:
    issued = await an_issued_invoice(billing, await worked(billing, 480))
    discarded = await a_draft(billing, await worked(billing, 60))
    clerk = billing.as_(Role.BILLING_CLERK)
    await clerk.post(f"/invoices/{discarded['id']}/discard", json={"reason": "Too early"})

    answers = [await clerk.get(f"/invoices/{one['id']}/preview") for one in (issued, discarded)]

    assert [code_of(answer) for answer in answers] == ["issued_for_good", "discarded_already"]


@pytest.mark.parametrize("role", [Role.CONSULTANT, Role.ADMINISTRATOR, Role.ERP])
async def test_who_does_not_see_invoices_sees_no_preview(billing: Billing, role: Role) -> None:
    draft = await a_draft(billing, await worked(billing, 480))

    assert code_of(await billing.as_(role).get(f"/invoices/{draft['id']}/preview")) == "not_permitted"


async def test_the_preview_of_another_firm_is_not_found(billing: Billing) -> None:
    draft = await a_draft(billing, await worked(billing, 480))
    stranger = billing.as_(Role.BILLING_CLERK, tenant=CANARY)

    for invoice_id in (UUID(draft["id"]), new_id()):
        assert code_of(await stranger.get(f"/invoices/{invoice_id}/preview")) == "no_such_invoice"
