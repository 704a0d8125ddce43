"""What billing agrees of rates and does about open work, for the story that every address of it is tried with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.actor import Role
from shared.ids import new_id
from tests.support.billing import Billing

A_RATE = {
    "scope": "firm",
    "staffing_role": "Architect",
    "hourly_rate": "150.00",
    "currency": "EUR",
    "starts_on": "2026-03-01",
}
A_PREMIUM = {"kind": "saturday", "percent": "25", "starts_on": "2026-03-01"}
BODIES_OF_WORK: Mapping[str, Any] = {
    "PUT /billing-runs/{billing_run_id}": {"up_to": "2026-03-30"},
    "POST /work-in-progress/adjustments": {"item_ids": ["{item_id}"], "percent": "5", "reason": "Agreed."},
    "PUT /rates/{rate_id}": A_RATE,
    "PUT /premiums/{premium_id}": {**A_PREMIUM, "kind": "sunday"},
}
PLACES_OF_WORK = {"rate_id": "rates.id", "premium_id": "premiums.id"}


async def what_is_agreed(billing: Billing) -> None:
    """Agree a premium."""
    answer = await billing.as_(Role.BILLING_CLERK).put(f"/premiums/{new_id()}", json=A_PREMIUM)
    assert answer.is_success, answer.text
