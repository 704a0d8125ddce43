"""Rates over HTTP: who may agree them, what they value, and that two never overlap."""

from __future__ import annotations

import asyncio
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from shared.actor import Role
from shared.contracts.billing import RateCardChanged, WorkValued
from shared.ids import new_id
from tests.support.api import code_of
from tests.support.billing import CANARY, MONDAY, ROLE, Billing, Made, a_sale, a_time_line, a_timesheet, an_entry

FIRM_RATE: Made = {
    "scope": "firm",
    "staffing_role": ROLE,
    "hourly_rate": "95.50",
    "currency": "EUR",
    "starts_on": MONDAY.isoformat(),
}


async def test_the_arrival_of_a_rate_values_what_waited_for_it(billing: Billing) -> None:
    line = a_time_line(rate=None)
    sale = a_sale(line)
    await billing.sold(sale)
    entry = an_entry(line.line_id, 735)
    await billing.hear(a_timesheet(sale, entry))

    answer = await billing.as_(Role.BILLING_CLERK).put(f"/rates/{new_id()}", json=FIRM_RATE)

    [item] = await billing.rows("billable_items")
    waited, valued = await billing.announced(WorkValued)
    assert answer.is_success
    assert (item["value"], item["rule"]) == (Decimal("1169.88"), "firm")
    assert (waited.entries[0].value, valued.entries[0].value) == (None, Decimal("1169.88"))


async def test_a_rate_that_leaves_days_without_any_is_refused_unless_that_is_meant(billing: Billing) -> None:
    clerk = billing.as_(Role.BILLING_CLERK)
    await clerk.put(f"/rates/{new_id()}", json={**FIRM_RATE, "ends_before": "2026-04-01"})
    late = {**FIRM_RATE, "starts_on": "2026-05-01"}

    refused = await clerk.put(f"/rates/{new_id()}", json=late)
    meant = await clerk.put(f"/rates/{new_id()}", json={**late, "gap_is_meant": True})

    assert (refused.status_code, code_of(refused), meant.status_code) == (409, "rate_leaves_gap", 200)


async def test_what_is_agreed_and_ended_is_told(billing: Billing) -> None:
    clerk, rate_id = billing.as_(Role.BILLING_CLERK), new_id()
    await clerk.put(f"/rates/{rate_id}", json=FIRM_RATE)
    await clerk.post(f"/rates/{rate_id}/end", json={"ends_before": "2026-04-01"})

    told = await billing.announced(RateCardChanged)

    assert [(each.rate_id, each.scope, each.hourly_rate, each.ends_before) for each in told] == [
        (rate_id, "firm", Decimal("95.50"), None),
        (rate_id, "firm", Decimal("95.50"), date(2026, 4, 1)),
    ]


async def test_a_contract_bills_in_whole_increments_and_keeps_what_was_recorded(billing: Billing) -> None:
    line = a_time_line("120.00")
    sale = a_sale(line).model_copy(update={"billing_increment_minutes": 15})
    await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id, 50)))

    [item] = await billing.rows("billable_items")

    assert (item["minutes"], item["billable_minutes"], item["value"]) == (50, 60, Decimal(120))


async def test_asking_twice_agrees_a_rate_once(billing: Billing) -> None:
    clerk, rate_id = billing.as_(Role.BILLING_CLERK), new_id()

    answers = [await clerk.put(f"/rates/{rate_id}", json=FIRM_RATE) for _ in range(2)]

    assert answers[0].json() == answers[1].json()
    assert len(await billing.rows("rates")) == 1


async def test_a_rate_ends_so_that_another_can_follow(billing: Billing) -> None:
    clerk, rate_id = billing.as_(Role.BILLING_CLERK), new_id()
    await clerk.put(f"/rates/{rate_id}", json=FIRM_RATE)
    later = {**FIRM_RATE, "hourly_rate": "99.00", "starts_on": "2026-04-01"}

    refused = await clerk.put(f"/rates/{new_id()}", json=later)
    await clerk.post(f"/rates/{rate_id}/end", json={"ends_before": "2026-04-01"})
    agreed = await clerk.put(f"/rates/{new_id()}", json=later)

    listed = (await clerk.get("/rates", params={"scope": "firm"})).json()["items"]
    assert code_of(refused) == "rate_overlaps"
    assert agreed.is_success
    assert [rate["ends_before"] for rate in listed] == ["2026-04-01", None]


async def test_a_rate_that_ends_early_leaves_no_days_without_one_unless_that_is_meant(billing: Billing) -> None:
    clerk, rate_id = billing.as_(Role.BILLING_CLERK), new_id()
    await clerk.put(f"/rates/{rate_id}", json={**FIRM_RATE, "ends_before": "2026-05-01"})
    await clerk.put(f"/rates/{new_id()}", json={**FIRM_RATE, "starts_on": "2026-05-01"})
    early = {"ends_before": "2026-04-01"}

    refused = await clerk.post(f"/rates/{rate_id}/end", json=early)
    stands = {str(rate["ends_before"]) for rate in await billing.rows("rates")}
    meant = await clerk.post(f"/rates/{rate_id}/end", json={**early, "gap_is_meant": True})

    assert (refused.status_code, code_of(refused)) == (409, "rate_leaves_gap")
    assert stands == {"None", "2026-05-01"}
    assert meant.json()["ends_before"] == "2026-04-01"


async def test_a_role_has_a_rate_in_each_currency(billing: Billing) -> None:
    clerk = billing.as_(Role.BILLING_CLERK)
    dollars = {**FIRM_RATE, "currency": "USD", "hourly_rate": "110.00", "starts_on": "2026-05-01"}
    await clerk.put(f"/rates/{new_id()}", json={**FIRM_RATE, "ends_before": "2026-04-01"})

    agreed = await clerk.put(f"/rates/{new_id()}", json=dollars)
    again = await clerk.put(f"/rates/{new_id()}", json=dollars)

    assert (agreed.status_code, again.status_code, code_of(again)) == (200, 409, "rate_overlaps")


async def test_of_ten_overlapping_rates_agreed_at_once_one_stands(billing: Billing) -> None:
    clerk = billing.as_(Role.BILLING_CLERK)

    answers = await asyncio.gather(*(clerk.put(f"/rates/{new_id()}", json=FIRM_RATE) for _ in range(10)))

    assert sorted(answer.is_success for answer in answers) == [False] * 9 + [True]
    assert {code_of(answer) for answer in answers if not answer.is_success} == {"rate_overlaps"}
    assert len(await billing.rows("rates")) == 1


@pytest.mark.parametrize("role", [Role.CONSULTANT, Role.BILLING_APPROVER, Role.AUDITOR, Role.SALES_REP])
async def test_who_does_not_agree_rates_is_refused_and_nothing_changes(billing: Billing, role: Role) -> None:
    answer = await billing.as_(role).put(f"/rates/{new_id()}", json=FIRM_RATE)

    assert (answer.status_code, code_of(answer)) == (403, "not_permitted")
    assert await billing.rows("rates") == []


async def test_who_does_not_agree_rates_cannot_end_one(billing: Billing) -> None:
    rate_id = new_id()
    await billing.as_(Role.BILLING_CLERK).put(f"/rates/{rate_id}", json=FIRM_RATE)

    answer = await billing.as_(Role.AUDITOR).post(f"/rates/{rate_id}/end", json={"ends_before": "2026-04-01"})

    [rate] = await billing.rows("rates")
    assert (code_of(answer), rate["ends_before"]) == ("not_permitted", None)


async def test_rates_are_not_for_consultants(billing: Billing) -> None:
    assert code_of(await billing.as_(Role.CONSULTANT).get("/rates")) == "not_permitted"


async def test_another_tenant_sees_no_rates_of_ours(billing: Billing) -> None:
    await billing.as_(Role.BILLING_CLERK).put(f"/rates/{new_id()}", json=FIRM_RATE)

    seen = (await billing.as_(Role.BILLING_CLERK, tenant=CANARY).get("/rates")).json()["items"]

    assert [rate["staffing_role"] for rate in seen] == ["Singer"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"scope": "account"}, "rate_has_no_scope"),
        ({"scope": "account", "account_id": str(UUID(int=9))}, "refers_to_unknown"),
        ({"ends_before": "2026-03-01"}, "invalid_request"),
        ({"hourly_rate": "-1"}, "invalid_request"),
        ({"currency": "euro"}, "invalid_request"),
        ({"price": "1"}, "invalid_request"),
    ],
)
async def test_a_rate_that_makes_no_sense_is_refused(billing: Billing, change: Made, code: str) -> None:
    answer = await billing.as_(Role.BILLING_CLERK).put(f"/rates/{new_id()}", json={**FIRM_RATE, **change})

    assert (answer.status_code, code_of(answer)) == (422, code)
    assert await billing.rows("rates") == []
