"""What billing agrees of rates and does about open work, for the story that every address of it is tried with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

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
A_RE_RATING = {"reason": "The new price list counts from March."}
BODIES_OF_WORK: Mapping[str, Any] = {
    "PUT /billing-runs/{billing_run_id}": {"up_to": "2026-03-30"},
    "POST /work-in-progress/adjustments": {"item_ids": ["{item_id}"], "percent": "5", "reason": "Agreed."},
    "PUT /rates/{rate_id}": A_RATE,
    "PUT /re-ratings/{re_rating_id}": A_RE_RATING,
    "PUT /premiums/{premium_id}": {**A_PREMIUM, "kind": "sunday"},
}
PLACES_OF_WORK = {"rate_id": "rates.id", "premium_id": "premiums.id", "re_rating_id": "re_ratings.id"}


async def what_is_agreed(billing: Billing, contract_id: UUID) -> None:
    """Agree a premium, and a rate that counts from a day in the past; begin to re-rate by it."""
    clerk = billing.as_(Role.BILLING_CLERK)
    of_anna = {"scope": "contract_person", "contract_id": str(contract_id), "person_id": str(UUID(int=11))}
    rate = {**A_RATE, **of_anna, "staffing_role": None}
    for path, body in (("premiums", A_PREMIUM), ("rates", rate), ("re-ratings", A_RE_RATING)):
        answer = await clerk.put(f"/{path}/{new_id()}", json=body)
        assert answer.is_success, answer.text
