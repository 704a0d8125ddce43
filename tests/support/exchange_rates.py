"""Words for setting the scene where several currencies are about."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from shared.actor import Role
from shared.contracts.crm import Address
from shared.ids import new_id
from tests.support.billing import (
    Billing,
    Made,
    a_draft,
    a_sale,
    a_time_line,
    a_timesheet,
    an_account,
    an_entry,
)
from tests.support.ledger import ENTITY, sent

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


async def euros_in_dollars(billing: Billing, **rates: str) -> None:
    """Enter what a euro is worth in dollars on days of March, such as `d10="1.50"`, each up to the next."""
    for day, rate in rates.items():
        await an_exchange_rate(billing, rate, f"2026-03-{day.removeprefix('d')}", ends_before="2026-04-01")


async def an_invoice_of_1000(
    billing: Billing, *, issued_on: str = "2026-03-10", hourly_rate: str = "125.00", customer: UUID | None = None
) -> Made:
    """Have eight hours in euros invoiced to a customer in the United States, without tax, on a day of March."""
    line = a_time_line(hourly_rate)
    address = Address(street="1 Main Street", postal_code="10001", city="New York", country="US")
    sale = a_sale(line, account=an_account(customer, billing_address=address, tax_id=""))
    contract_id = await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id, 480)))
    draft = await a_draft(billing, contract_id)
    approver = billing.as_(Role.BILLING_APPROVER, subject="bruno")
    assert (await approver.post(f"/invoices/{draft['id']}/approval")).is_success
    issued = await sent(approver, f"/invoices/{draft['id']}/issue", {"issued_on": issued_on})
    assert issued.is_success, issued.text
    return dict(issued.json())


async def in_books(billing: Billing, *, up_to: str | None = None) -> dict[str, Decimal]:
    """What every account stands at in the functional currency, all currencies together, by code, if anything."""
    asked = {"legal_entity": ENTITY} | ({"up_to": up_to} if up_to else {})
    answer = await billing.as_(Role.AUDITOR).get("/trial-balance", params=asked)
    assert answer.is_success, answer.text
    found: dict[str, Decimal] = {}
    for one in answer.json()["balances"]:
        found[one["account"]] = found.get(one["account"], Decimal()) + Decimal(one["functional_balance"])
    return {account: balance for account, balance in found.items() if balance}
