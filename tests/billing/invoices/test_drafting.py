"""Drafting takes everything open once, and gives it back when the draft is discarded."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from uuid import UUID

import pytest

from shared.actor import Role
from shared.contracts import crm
from tests.support.api import code_of
from tests.support.billing import (
    CANARY,
    MONDAY,
    Billing,
    Made,
    a_correction,
    a_draft,
    a_milestone_line,
    a_reversal,
    a_sale,
    a_time_line,
    a_timesheet,
    an_accepted_milestone,
    an_account,
    an_entry,
)

UP_TO = "2026-03-31"


async def worked(billing: Billing, *minutes: int, account: crm.CustomerAccount | None = None) -> UUID:
    """Have approved time of a consultant and an architect on one contract, and give the contract."""
    lines = a_time_line("120.00"), a_time_line("95.50", role="Architect")
    sale = a_sale(*lines, account=account)
    contract_id = await billing.sold(sale)
    days = [
        an_entry(line.line_id, each, staffing_role=line.staffing_role, day=MONDAY.replace(day=2 + number))
        for number, each in enumerate(minutes)
        for line in lines
    ]
    await billing.hear(a_timesheet(sale, *days))
    return contract_id


async def test_open_work_becomes_a_line_for_each_role_with_tax(billing: Billing) -> None:
    contract_id = await worked(billing, 480, 255)

    draft = await a_draft(billing, contract_id)

    assert draft["status"] == "draft"
    assert [(line["staffing_role"], line["minutes"], line["unit_price"], line["net"]) for line in draft["lines"]] == [
        ("Consultant", 735, "120.00", "1470.00"),
        ("Architect", 735, "95.50", "1169.88"),
    ]
    assert (draft["net"], draft["tax"], draft["gross"]) == ("2639.88", "501.58", "3141.46")
    assert draft["lines"][0]["service_from"] == "2026-03-02"
    assert draft["lines"][0]["service_before"] == "2026-03-04"


async def test_a_milestone_is_a_line_of_its_own(billing: Billing) -> None:
    time, milestone = a_time_line(), a_milestone_line("8000.00")
    sale = a_sale(time, milestone)
    contract_id = await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(time.line_id, 60), an_entry(milestone.line_id, 60)))
    await billing.hear(an_accepted_milestone(sale, milestone.line_id))

    draft = await a_draft(billing, contract_id)

    assert [(line["minutes"], line["quantity"], line["net"]) for line in draft["lines"]] == [
        (60, "1.00", "120.00"),
        (None, "1.00", "8000.00"),
    ]


async def test_drafting_again_gives_the_draft_that_stands(billing: Billing) -> None:
    contract_id = await worked(billing, 480)

    first, second = [await a_draft(billing, contract_id) for _ in range(2)]

    assert first["id"] == second["id"]
    assert len(await billing.rows("allocations")) == 2


async def test_of_ten_drafts_at_once_every_item_is_on_one(billing: Billing) -> None:
    contract_id = await worked(billing, 480, 480, 480)

    drafts = await asyncio.gather(*(a_draft(billing, contract_id) for _ in range(10)))

    assert len({draft["id"] for draft in drafts}) == 1
    assert len(await billing.rows("allocations")) == 6


async def test_work_behind_the_day_waits_for_the_next_draft(billing: Billing) -> None:
    contract_id = await worked(billing, 480, 480)

    first = await a_draft(billing, contract_id, up_to=MONDAY)
    second = await a_draft(billing, contract_id)

    assert [line["minutes"] for line in (*first["lines"], *second["lines"])] == [480] * 4


async def test_a_discarded_draft_frees_its_work_for_the_next(billing: Billing) -> None:
    contract_id = await worked(billing, 480)
    clerk = billing.as_(Role.BILLING_CLERK)
    draft = await a_draft(billing, contract_id)

    discarded = await clerk.post(f"/invoices/{draft['id']}/discard", json={"reason": "Wrong month"})
    again = await a_draft(billing, contract_id)

    items = (await clerk.get("/work-in-progress")).json()["items"]
    assert discarded.json()["status"] == "discarded"
    assert (again["gross"], again["id"] == draft["id"]) == (draft["gross"], False)
    assert {(item["state"], item["invoice_id"]) for item in items} == {("drafted", again["id"])}


async def test_time_taken_back_is_taken_off_the_line(billing: Billing) -> None:
    line = a_time_line("120.00")
    sale = a_sale(line)
    contract_id = await billing.sold(sale)
    wrong = an_entry(line.line_id, 480)
    await billing.hear(a_timesheet(sale, wrong, an_entry(line.line_id, 60)))
    await billing.hear(a_correction(sale, a_reversal(wrong)))

    draft = await a_draft(billing, contract_id)

    assert [(each["minutes"], each["net"]) for each in draft["lines"]] == [(60, "120.00")]


@pytest.mark.parametrize(
    ("country", "tax_id", "category", "tax"),
    [("AT", "ATU12345678", "AE", "0.00"), ("CH", "", "O", "0.00"), ("AT", "", "S", "182.40")],
)
async def test_the_tax_follows_the_customers_country(
    billing: Billing, country: str, tax_id: str, category: str, tax: str
) -> None:
    line = a_time_line("120.00")
    abroad = an_account(tax_id=tax_id, billing_address=crm.Address(city="Wien", country=country))
    sale = a_sale(line, account=abroad)
    contract_id = await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id, 480)))

    draft = await a_draft(billing, contract_id)

    [only] = draft["taxes"]
    assert (only["category"], only["tax"]) == (category, tax)


async def test_a_line_opens_into_the_entries_it_is_the_sum_of(billing: Billing) -> None:
    contract_id = await worked(billing, 480, 255, 31)
    draft = await a_draft(billing, contract_id)

    for line in draft["lines"]:
        behind = await origin(billing, draft, line["position"])
        assert sum(Decimal(item["value"]) for item in behind) == Decimal(line["net"])
        assert sum(item["minutes"] for item in behind) == line["minutes"]
        assert {item["why"] for item in behind} == {"agreed for this role on this contract line"}
        assert {item["rate"] for item in behind} == {line["unit_price"]}


async def origin(billing: Billing, invoice: Made, position: int) -> list[Made]:
    """Read everything behind a line, two items a page."""
    path, items, params = f"/invoices/{invoice['id']}/lines/{position}/origin", [], {"limit": "2"}
    while True:
        page = (await billing.as_(Role.AUDITOR).get(path, params=params)).json()
        items += page["items"]
        if page["next"] is None:
            return items
        params = {"limit": "2", "cursor": page["next"]}


async def test_a_contract_that_delivery_has_not_accepted_is_not_billed(billing: Billing) -> None:
    line = a_time_line()
    sale = a_sale(line)
    await billing.hear(sale)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id)))
    [contract] = await billing.rows("contracts")
    body = {"contract_id": str(contract["id"]), "up_to": UP_TO}

    answer = await billing.as_(Role.BILLING_CLERK).post("/invoices/drafts", json=body)

    assert (answer.status_code, code_of(answer)) == (409, "contract_not_active")


async def test_with_nothing_open_there_is_nothing_to_draft(billing: Billing) -> None:
    contract_id = await billing.sold(a_sale(a_time_line()))
    body = {"contract_id": str(contract_id), "up_to": UP_TO}

    answer = await billing.as_(Role.BILLING_CLERK).post("/invoices/drafts", json=body)

    assert (answer.status_code, code_of(answer)) == (409, "nothing_to_invoice")
    assert await billing.rows("invoices") == []


@pytest.mark.parametrize("role", [Role.CONSULTANT, Role.BILLING_APPROVER, Role.AUDITOR])
async def test_who_does_not_prepare_invoices_neither_drafts_nor_discards(billing: Billing, role: Role) -> None:
    contract_id = await worked(billing, 480)
    body: Made = {"contract_id": str(contract_id), "up_to": UP_TO}

    refused = await billing.as_(role).post("/invoices/drafts", json=body)
    draft = await a_draft(billing, contract_id)
    kept = await billing.as_(role).post(f"/invoices/{draft['id']}/discard", json={"reason": "No"})

    [invoice] = await billing.rows("invoices")
    assert (code_of(refused), code_of(kept), invoice["status"]) == ("not_permitted", "not_permitted", "draft")


async def test_another_tenant_neither_sees_nor_touches_our_invoices(billing: Billing) -> None:
    contract_id = await worked(billing, 480)
    draft = await a_draft(billing, contract_id)
    stranger = billing.api.as_(Role.BILLING_CLERK, Role.BILLING_APPROVER, tenant=CANARY)
    body: Made = {"contract_id": str(contract_id), "up_to": UP_TO}

    answers = [
        await stranger.post("/invoices/drafts", json=body),
        await stranger.get(f"/invoices/{draft['id']}"),
        await stranger.get(f"/invoices/{draft['id']}/lines/1/origin"),
        await stranger.get(f"/invoices/{draft['id']}/pdf"),
        await stranger.post(f"/invoices/{draft['id']}/discard", json={"reason": "Mine"}),
        await stranger.post(f"/invoices/{draft['id']}/approval"),
        await stranger.post(f"/invoices/{draft['id']}/issue", headers={"Idempotency-Key": "theirs"}),
    ]

    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert (await stranger.get("/invoices")).json()["items"] == []


async def test_invoices_are_not_for_consultants(billing: Billing) -> None:
    draft = await a_draft(billing, await worked(billing, 480))
    consultant = billing.as_(Role.CONSULTANT)

    for path in ("", f"/{draft['id']}", f"/{draft['id']}/lines/1/origin", f"/{draft['id']}/pdf"):
        assert code_of(await consultant.get(f"/invoices{path}")) == "not_permitted"


async def test_what_does_not_exist_is_not_found(billing: Billing) -> None:
    draft = await a_draft(billing, await worked(billing, 480))
    auditor = billing.as_(Role.AUDITOR)

    assert code_of(await auditor.get(f"/invoices/{UUID(int=5)}")) == "no_such_invoice"
    assert code_of(await auditor.get(f"/invoices/{draft['id']}/lines/9/origin")) == "no_such_line"
    assert code_of(await auditor.get(f"/invoices/{draft['id']}/pdf")) == "not_issued_yet"
