"""Words for setting the scene of claims that nobody pays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.actor import Role
from shared.ids import new_id
from tests.support.billing import Billing, Made, a_bank_line

PLACES_OF_CLAIMS = {
    "payment_id": "payments.id",
    "allocation_id": "settlements.id",
    "bank_line_id": "bank_lines.id",
    "write_off_id": "write_offs.id",
    "policy_id": "allowance_policies.id",
    "allowance_run_id": "allowance_runs.id",
}
NAMED = {"as_of": "2026-03-31"}
BODIES_OF_CLAIMS: Mapping[str, Any] = {
    "POST /bank-files": "booked_on,amount,reference\n2026-03-31,7.00,TX-7\n",
    "POST /payments/{payment_id}/allocations": {"allocations": [{"invoice_id": "{invoice_id}", "amount": "1.00"}]},
    "POST /payments/{payment_id}/reversal": {"on": "2026-03-31", "reason": "It bounced."},
    "PUT /write-offs/{write_off_id}": {"invoice_id": "{invoice_id}", "amount": "1.00", "reason": "Insolvent"},
    "PUT /allowance-runs/{allowance_run_id}": {"legal_entity_id": "{legal_entity_id}", "as_of": "2026-03-30"},
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
