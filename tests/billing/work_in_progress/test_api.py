"""Work in progress over HTTP: seen by those who bill, held and released by those who may."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from shared.actor import Role
from shared.ids import new_id
from tests.support.api import code_of
from tests.support.billing import (
    CANARY,
    MONDAY,
    Billing,
    a_draft,
    a_sale,
    a_time_line,
    a_timesheet,
    an_entry,
)

REASON = {"reason": "The client asks for details."}


async def an_item(billing: Billing) -> tuple[UUID, UUID]:
    """Have one approved day, and give its contract and its item."""
    line = a_time_line()
    sale = a_sale(line)
    contract_id = await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id)))
    [item] = await billing.rows("billable_items")
    return contract_id, item["id"]


async def test_an_item_says_why_it_has_its_value(billing: Billing) -> None:
    contract_id, _ = await an_item(billing)

    answer = await billing.as_(Role.BILLING_CLERK).get("/work-in-progress", params={"contract_id": str(contract_id)})

    [item] = answer.json()["items"]
    assert (item["state"], item["value"], item["why"]) == (
        "open",
        "960.00",
        "agreed for this role on this contract line",
    )


async def test_a_held_item_stays_off_invoices_until_it_is_released(billing: Billing) -> None:
    contract_id, item_id = await an_item(billing)
    clerk = billing.as_(Role.BILLING_CLERK)
    bill = {"contract_id": str(contract_id), "up_to": "2026-03-31"}

    held = await clerk.post(f"/work-in-progress/{item_id}/hold", json=REASON)
    refused = await clerk.post("/invoices/drafts", json=bill)
    released = await clerk.post(f"/work-in-progress/{item_id}/release", json=REASON)
    drafted = await clerk.post("/invoices/drafts", json=bill)

    assert (held.json()["state"], held.json()["held_because"]) == ("held", REASON["reason"])
    assert code_of(refused) == "nothing_to_invoice"
    assert released.json()["state"] == "open"
    assert drafted.is_success


async def test_what_is_on_a_draft_cannot_be_held(billing: Billing) -> None:
    contract_id, item_id = await an_item(billing)
    await a_draft(billing, contract_id)

    answer = await billing.as_(Role.BILLING_CLERK).post(f"/work-in-progress/{item_id}/hold", json=REASON)

    assert (answer.status_code, code_of(answer)) == (409, "not_open")


async def test_a_draft_and_a_hold_at_once_never_both_get_the_item(billing: Billing) -> None:
    contract_id, item_id = await an_item(billing)
    clerk = billing.as_(Role.BILLING_CLERK)
    bill = {"contract_id": str(contract_id), "up_to": "2026-03-31"}

    answers = await asyncio.gather(
        clerk.post("/invoices/drafts", json=bill), clerk.post(f"/work-in-progress/{item_id}/hold", json=REASON)
    )

    assert sorted(answer.is_success for answer in answers) == [False, True]


async def test_why_an_item_was_held_is_in_the_audit_trail(billing: Billing) -> None:
    _, item_id = await an_item(billing)
    await billing.as_(Role.BILLING_CLERK, subject="bella").post(f"/work-in-progress/{item_id}/hold", json=REASON)

    changes = (await billing.as_(Role.AUDITOR).get(f"/audit/{item_id}")).json()["items"]

    assert (changes[-1]["actor"], changes[-1]["reason"]) == ("bella", REASON["reason"])


@pytest.mark.parametrize("verb", ["hold", "release"])
@pytest.mark.parametrize("role", [Role.CONSULTANT, Role.BILLING_APPROVER, Role.AUDITOR])
async def test_who_does_not_hold_work_is_refused_and_nothing_changes(billing: Billing, role: Role, verb: str) -> None:
    _, item_id = await an_item(billing)

    answer = await billing.as_(role).post(f"/work-in-progress/{item_id}/{verb}", json=REASON)

    [item] = await billing.rows("billable_items")
    assert (answer.status_code, code_of(answer), item["held_because"]) == (403, "not_permitted", None)


async def test_work_in_progress_is_not_for_consultants(billing: Billing) -> None:
    assert code_of(await billing.as_(Role.CONSULTANT).get("/work-in-progress")) == "not_permitted"


async def test_another_tenant_sees_and_holds_nothing_of_ours(billing: Billing) -> None:
    _, item_id = await an_item(billing)
    stranger = billing.as_(Role.BILLING_CLERK, tenant=CANARY)

    seen = (await stranger.get("/work-in-progress")).json()["items"]
    held = await stranger.post(f"/work-in-progress/{item_id}/hold", json=REASON)

    assert str(item_id) not in {item["id"] for item in seen}
    assert (held.status_code, code_of(held)) == (404, "no_such_item")


async def test_an_item_that_is_not_held_is_not_released(billing: Billing) -> None:
    _, item_id = await an_item(billing)
    clerk = billing.as_(Role.BILLING_CLERK)

    assert code_of(await clerk.post(f"/work-in-progress/{item_id}/release", json=REASON)) == "not_held"
    assert code_of(await clerk.post(f"/work-in-progress/{new_id()}/release", json=REASON)) == "no_such_item"


async def test_a_long_list_is_read_page_by_page_without_a_gap(billing: Billing) -> None:
    line = a_time_line()
    sale = a_sale(line)
    await billing.sold(sale)
    entries = [an_entry(line.line_id, 60, day=MONDAY.replace(day=2 + number // 3)) for number in range(7)]
    await billing.hear(a_timesheet(sale, *entries))
    clerk, seen, cursor = billing.as_(Role.BILLING_CLERK), [], None

    while True:
        params = {"limit": "3", "project_id": str(UUID(int=77))} | ({"cursor": cursor} if cursor else {})
        page = (await clerk.get("/work-in-progress", params=params)).json()
        seen += [item["entry_id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break

    assert sorted(seen) == sorted(str(entry.entry_id) for entry in entries)
