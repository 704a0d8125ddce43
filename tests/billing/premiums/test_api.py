"""Premiums over HTTP: who may agree them, and what they make of work."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from shared.actor import Role
from shared.contracts.billing import WorkValued
from shared.ids import new_id
from tests.support.api import code_of
from tests.support.billing import (
    CANARY,
    Billing,
    Made,
    a_correction,
    a_reversal,
    a_sale,
    a_time_line,
    a_timesheet,
    an_entry,
)

SATURDAYS: Made = {"kind": "saturday", "percent": "50", "starts_on": "2026-01-01"}
HOLIDAYS: Made = {**SATURDAYS, "kind": "holiday", "percent": "100", "country": "DE", "region": "BY"}
SATURDAY, EPIPHANY = date(2026, 3, 7), date(2026, 1, 6)


async def test_work_on_a_saturday_is_worth_more_and_says_why(billing: Billing) -> None:
    await billing.as_(Role.BILLING_CLERK).put(f"/premiums/{new_id()}", json=SATURDAYS)
    line = a_time_line("120.00")
    sale = a_sale(line)
    await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id, 90), an_entry(line.line_id, 90, day=SATURDAY)))

    shown = (await billing.as_(Role.BILLING_CLERK).get("/work-in-progress")).json()["items"]

    [told] = await billing.announced(WorkValued)
    assert [(item["rate"], item["value"], item["why"]) for item in shown] == [
        ("120.00", "180.00", "agreed for this role on this contract line"),
        ("180.00", "270.00", "agreed for this role on this contract line, and 50 % on top for work on a Saturday"),
    ]
    assert {entry.rate for entry in told.entries} == {Decimal(120), Decimal(180)}


async def test_a_public_holiday_is_one_of_the_country_and_region(billing: Billing) -> None:
    clerk = billing.as_(Role.BILLING_CLERK)
    await clerk.put(f"/premiums/{new_id()}", json=HOLIDAYS)
    line = a_time_line("120.00")
    sale = a_sale(line, closed_on=date(2025, 12, 1))
    contract_id = await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id, 60, day=EPIPHANY)))
    nothing = {**HOLIDAYS, "percent": "0", "contract_id": str(contract_id), "region": "BE"}
    await clerk.put(f"/premiums/{new_id()}", json=nothing)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id, 60, day=EPIPHANY)))

    assert sorted(item["value"] for item in await billing.rows("billable_items")) == [Decimal(120), Decimal(240)]


async def test_a_correction_takes_the_premium_of_the_entry_that_it_corrects(billing: Billing) -> None:
    clerk, premium_id = billing.as_(Role.BILLING_CLERK), new_id()
    await clerk.put(f"/premiums/{premium_id}", json=SATURDAYS)
    line = a_time_line("120.00")
    sale = a_sale(line)
    await billing.sold(sale)
    worked = an_entry(line.line_id, 90, day=SATURDAY)
    await billing.hear(a_timesheet(sale, worked))
    await clerk.post(f"/premiums/{premium_id}/end", json={"ends_before": "2026-02-01"})

    await billing.hear(a_correction(sale, a_reversal(worked)))

    items = await billing.rows("billable_items")
    assert sorted(item["value"] for item in items) == [Decimal(-270), Decimal(270)]
    assert {(item["premium"], item["premium_percent"]) for item in items} == {("saturday", Decimal(50))}


async def test_a_premium_ends_so_that_another_can_follow(billing: Billing) -> None:
    clerk, premium_id = billing.as_(Role.BILLING_CLERK), new_id()
    await clerk.put(f"/premiums/{premium_id}", json=SATURDAYS)
    later = {**SATURDAYS, "percent": "60", "starts_on": "2026-04-01"}

    refused = await clerk.put(f"/premiums/{new_id()}", json=later)
    await clerk.post(f"/premiums/{premium_id}/end", json={"ends_before": "2026-04-01"})
    agreed = await clerk.put(f"/premiums/{new_id()}", json=later)

    listed = (await clerk.get("/premiums")).json()["items"]
    assert (refused.status_code, code_of(refused), agreed.status_code) == (409, "premium_overlaps", 200)
    assert [(one["percent"], one["ends_before"]) for one in listed] == [("50.00", "2026-04-01"), ("60.00", None)]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"percent": "-1"}, "invalid_request"),
        ({"ends_before": "2025-12-01"}, "invalid_request"),
        ({"country": "DE"}, "holidays_of_where"),
        ({"kind": "holiday"}, "holidays_of_where"),
        ({"kind": "holiday", "country": "XX"}, "holidays_of_where"),
        ({"kind": "holiday", "country": "DE", "region": "XX"}, "holidays_of_where"),
        ({"contract_id": str(new_id())}, "refers_to_unknown"),
        ({"contract_id": str(new_id()), "customer_id": str(new_id())}, "premium_for_both"),
    ],
)
async def test_what_is_not_clear_is_refused(billing: Billing, change: Made, code: str) -> None:
    answer = await billing.as_(Role.BILLING_CLERK).put(f"/premiums/{new_id()}", json={**SATURDAYS, **change})

    assert code_of(answer) == code
    assert await billing.rows("premiums") == []


@pytest.mark.parametrize("role", [Role.CONSULTANT, Role.BILLING_APPROVER, Role.AUDITOR])
async def test_who_does_not_agree_rates_is_refused(billing: Billing, role: Role) -> None:
    premium_id = new_id()
    await billing.as_(Role.BILLING_CLERK).put(f"/premiums/{premium_id}", json=SATURDAYS)

    agreeing = await billing.as_(role).put(f"/premiums/{new_id()}", json=HOLIDAYS)
    ending = await billing.as_(role).post(f"/premiums/{premium_id}/end", json={"ends_before": "2026-04-01"})

    assert (code_of(agreeing), code_of(ending)) == ("not_permitted", "not_permitted")
    assert [row["ends_before"] for row in await billing.rows("premiums")] == [None]
    assert code_of(await billing.as_(Role.CONSULTANT).get("/premiums")) == "not_permitted"


async def test_another_tenant_sees_no_premiums_of_ours(billing: Billing) -> None:
    await billing.as_(Role.BILLING_CLERK).put(f"/premiums/{new_id()}", json=SATURDAYS)

    seen = await billing.as_(Role.BILLING_CLERK, tenant=CANARY).get("/premiums")

    assert seen.json()["items"] == []
