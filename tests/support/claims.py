"""Words for setting the scene of claims that nobody pays."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from pypdf import PdfReader
from sqlalchemy import text

from shared.actor import Role
from shared.ids import new_id
from tests.support.billing import (
    Billing,
    Made,
    a_bank_line,
    a_draft,
    a_sale,
    a_time_line,
    a_timesheet,
    an_account,
    an_entry,
)
from tests.support.ledger import sent

JUNE = datetime(2026, 6, 1, 12, tzinfo=UTC)
A_LETTER = (
    """
    insert into dunning_letters (id, legal_entity_id, customer_id, currency, step, language, title, open, fee, sent_on,
                                 sent_by, sent_at, sha256)
    select cast(:letter as uuid), legal_entity_id, customer_id, currency, 1, 'en', 'Friendly reminder', 1, 0,
           '2026-03-30', 'bella', now(), 'x' from invoices where id = cast(:invoice as uuid)
    """,
    "insert into dunning_documents (id, pdf) values (cast(:letter as uuid), '%PDF-')",
    """
    insert into dunning_notices (id, invoice_id, plan_id, step, status, proposed_on, reason, letter_id, open)
    values (cast(:notice as uuid), cast(:invoice as uuid), cast(:plan as uuid), 2, 'proposed', '2026-03-30', '', null,
            null),
           (gen_random_uuid(), cast(:invoice as uuid), cast(:plan as uuid), 1, 'sent', '2026-03-30', '',
            cast(:letter as uuid), 1)
    """,
)
A_PLAN = {
    "steps": [
        {
            "days_overdue": 7,
            "texts": {
                "en": {"title": "Friendly reminder", "text": "Maybe you forgot."},
                "de": {"title": "Zahlungserinnerung", "text": "Bitte zahlen Sie {total} {currency}, {customer}."},
            },
            "fee": "5.00",
        },
        {"days_overdue": 21, "texts": {"en": {"title": "Second reminder", "text": "Please pay now."}}},
    ]
}

PLACES_OF_CLAIMS = {
    "payment_id": "payments.id",
    "allocation_id": "settlements.id",
    "bank_line_id": "bank_lines.id",
    "write_off_id": "write_offs.id",
    "policy_id": "allowance_policies.id",
    "dunning_plan_id": "dunning_plans.id",
    "notice_ids": "dunning_notices.id",
    "document_id": "invoices.id",
    "pause_id": "dunning_pauses.id",
    "letter_id": "dunning_letters.id",
    "allowance_run_id": "allowance_runs.id",
}
NAMED = {"as_of": "2026-03-31", "starts_on": "2026-01-01", "ends_on": "2026-03-31", "currency": "EUR"}
BODIES_OF_CLAIMS: Mapping[str, Any] = {
    "POST /bank-files": "booked_on,amount,reference\n2026-03-31,7.00,TX-7\n",
    "POST /payments/{payment_id}/allocations": {"allocations": [{"invoice_id": "{invoice_id}", "amount": "1.00"}]},
    "POST /payments/{payment_id}/reversal": {"on": "2026-03-31", "reason": "It bounced."},
    "PUT /write-offs/{write_off_id}": {"invoice_id": "{invoice_id}", "amount": "1.00", "reason": "Insolvent"},
    "PUT /allowance-runs/{allowance_run_id}": {"legal_entity_id": "{legal_entity_id}", "as_of": "2026-03-30"},
    "POST /hand-overs": {
        "documents": [{"kind": "invoice", "document_id": "{invoice_id}", "recipient": "b@alpenglow.example"}]
    },
    "POST /legal-entities/{legal_entity_id}/mail-texts": {
        "texts": {"de": {"invoice": {"subject": "Rechnung {number}"}}}
    },
    "PUT /dunning-plans/{dunning_plan_id}": {"legal_entity_id": "{legal_entity_id}", **A_PLAN},
    "PUT /dunning-pauses/{pause_id}": {"invoice_id": "{invoice_id}", "reason": "Disputed"},
    "PUT /allowance-policies/{policy_id}": {
        "legal_entity_id": "{legal_entity_id}",
        "starts_on": "2026-03-01",
        "percents": ["1", "1", "1", "1", "1"],
    },
}


async def a_doubtful_claim(billing: Billing, invoice: Made) -> None:
    """Have a bank line that nobody knows, one part of an invoice given up, another proposed, the rest allowed for."""
    await a_bank_line(billing)
    clerk = billing.as_(Role.BILLING_CLERK, subject="bella")
    controller = billing.as_(Role.CONTROLLER, subject="carla")
    entity = {"legal_entity_id": invoice["legal_entity_id"]}
    for amount in ("2.00", "3.00"):
        path = f"/write-offs/{new_id()}"
        body = {"invoice_id": invoice["id"], "amount": amount, "reason": "Insolvent"}
        assert (await clerk.put(path, json=body)).is_success
        if amount == "2.00":
            assert (await controller.post(f"{path}/approval", json={})).is_success
    policy = {**entity, "starts_on": "2026-01-01", "percents": ["1", "5", "20", "50", "100"]}
    assert (await controller.put(f"/allowance-policies/{new_id()}", json=policy)).is_success
    run = await controller.put(f"/allowance-runs/{new_id()}", json={**entity, "as_of": "2026-03-31"})
    assert run.is_success, run.text
    await a_reminder(billing, invoice)


async def a_reminder(billing: Billing, invoice: Made) -> None:
    """Have a letter about an invoice that is not even late, one more notice that waits, and a pause."""
    clerk, entity = billing.as_(Role.BILLING_CLERK, subject="bella"), {"legal_entity_id": invoice["legal_entity_id"]}
    controller, plan = billing.as_(Role.CONTROLLER, subject="carla"), new_id()
    assert (await controller.put(f"/dunning-plans/{plan}", json={**entity, **A_PLAN})).is_success
    known = {
        "plan": plan,
        "notice": "00000000-0000-7000-8000-00000000d011",
        "letter": new_id(),
        "invoice": invoice["id"],
    }
    async with billing.work() as work:
        for statement in A_LETTER:
            await work.session.execute(text(statement), known)
    pause = {"invoice_id": invoice["id"], "reason": "Disputed"}
    assert (await clerk.put(f"/dunning-pauses/{new_id()}", json=pause)).is_success


async def a_late_invoice(billing: Billing, *, account_id: UUID | None = None) -> Made:
    """Have an invoice over 1,142.40 issued at the end of March, payable within thirty days."""
    line = a_time_line("120.00")
    sale = a_sale(line, account=an_account(account_id))
    contract_id = await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id, 480)))
    draft = await a_draft(billing, contract_id, up_to=date(2026, 3, 31))
    approver = billing.as_(Role.BILLING_APPROVER, subject="bruno")
    assert (await approver.post(f"/invoices/{draft['id']}/approval")).is_success
    answer = await sent(approver, f"/invoices/{draft['id']}/issue", {"issued_on": "2026-03-31"})
    assert answer.is_success, answer.text
    return dict(answer.json())


async def prefers(billing: Billing, invoice: Made, language: str) -> None:
    """Agree with the customer of an invoice what we write to it in."""
    place = f"/customers/{invoice['customer_id']}/invoice-preferences"
    answer = await billing.as_(Role.BILLING_CLERK).post(place, json={"language": language})
    assert answer.is_success, answer.text


async def printed(billing: Billing, place: str, **asked: str) -> str:
    """Read what the pages of a document of ours say, each line after the other."""
    answer = await billing.as_(Role.AUDITOR).get(place, params=asked or None)
    assert answer.is_success, answer.text
    pages = PdfReader(io.BytesIO(answer.content)).pages
    return " ".join("\n".join(page.extract_text() for page in pages).split())
