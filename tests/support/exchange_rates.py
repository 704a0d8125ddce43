"""Words for setting the scene where several currencies are about."""

from __future__ import annotations

from uuid import UUID

from shared.actor import Role
from shared.ids import new_id
from tests.support.billing import Billing, Made

PLACES_OF_RATES = {"exchange_rate_id": "exchange_rates.id"}


def a_rate_body(rate: str = "1.50", starts_on: str = "2026-03-02", **different: object) -> Made:
    """Describe what a euro is worth in dollars, from a day on."""
    told = {"base_currency": "EUR", "quote_currency": "USD", "rate": rate, "starts_on": starts_on}
    return {**told, **different}


def a_file(*lines: str, heading: str = "base_currency,quote_currency,rate,starts_on,ends_before") -> Made:
    """Describe a CSV file of rates."""
    return {"file": "\n".join((heading, *lines, ""))}


BODIES_OF_RATES = {
    "PUT /exchange-rates/{exchange_rate_id}": a_rate_body(starts_on="2026-03-09"),
    "POST /exchange-rates/file": a_file("EUR,USD,1.55,2026-03-16,"),
}


async def an_exchange_rate(billing: Billing, rate: str, starts_on: str, **different: object) -> UUID:
    """Enter what a euro is worth in dollars from a day on, and give the id of that rate."""
    controller = billing.as_(Role.CONTROLLER, subject="carla")
    answer = await controller.put(f"/exchange-rates/{new_id()}", json=a_rate_body(rate, starts_on, **different))
    assert answer.is_success, answer.text
    return UUID(answer.json()["id"])
