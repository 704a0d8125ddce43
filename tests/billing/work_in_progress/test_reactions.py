"""Approved work becomes work in progress: valued once, corrected exactly, never lost."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest

from services.billing.work_in_progress.model import BillableWithoutSale, MilestoneBilledAlready
from shared.actor import Role
from shared.contracts.billing import WorkValued
from shared.ids import new_id
from shared.messaging.reactions import NotReady
from tests.support.billing import (
    MONDAY,
    ROLE,
    Billing,
    a_correction,
    a_milestone_line,
    a_reversal,
    a_sale,
    a_time_line,
    a_timesheet,
    an_accepted_milestone,
    an_entry,
)


async def test_approved_time_is_valued_at_the_rate_that_was_sold(billing: Billing) -> None:
    line = a_time_line("120.00")
    sale = a_sale(line)
    await billing.sold(sale)
    entry = an_entry(line.line_id, 2250)

    await billing.hear(a_timesheet(sale, entry))

    [item] = await billing.rows("billable_items")
    [event] = await billing.announced(WorkValued)
    assert (item["rate"], item["rule"], item["value"]) == (Decimal(120), "contract_line", Decimal(4500))
    assert (event.subject, event.thread_id) == (f"project/{UUID(int=77)}", sale.opportunity_id)
    assert event.entries[0].entry_id == entry.entry_id
    assert event.entries[0].value == Decimal(4500)


async def test_the_same_timesheet_twice_is_counted_and_told_once(billing: Billing) -> None:
    line = a_time_line()
    sale = a_sale(line)
    await billing.sold(sale)
    sheet = a_timesheet(sale, an_entry(line.line_id))

    await billing.hear(sheet)
    await billing.hear(sheet)

    assert len(await billing.rows("billable_items")) == 1
    assert len(await billing.announced(WorkValued)) == 1


async def test_time_before_its_sale_waits_for_the_sale(billing: Billing) -> None:
    line = a_time_line()
    sale = a_sale(line)

    with pytest.raises(NotReady) as waiting:
        await billing.hear(a_timesheet(sale, an_entry(line.line_id)))

    assert waiting.value.subject == sale.subject


async def test_time_on_a_line_that_is_not_known_waits_for_the_sale(billing: Billing) -> None:
    sale = a_sale(a_time_line())
    await billing.sold(sale)

    with pytest.raises(NotReady):
        await billing.hear(a_timesheet(sale, an_entry(new_id())))


async def test_time_that_is_not_billed_by_the_hour_is_kept_and_worth_nought(billing: Billing) -> None:
    time, milestone = a_time_line(), a_milestone_line()
    sale = a_sale(time, milestone)
    await billing.sold(sale)

    await billing.hear(a_timesheet(sale, an_entry(time.line_id, billable=False), an_entry(milestone.line_id)))

    items = await billing.rows("billable_items")
    [event] = await billing.announced(WorkValued)
    assert [(item["is_billable"], item["value"]) for item in items] == [(False, None)] * 2
    assert [entry.value for entry in event.entries] == [Decimal(0)] * 2


async def test_time_of_a_role_without_a_rate_is_kept_as_unrated(billing: Billing) -> None:
    line = a_time_line()
    sale = a_sale(line)
    await billing.sold(sale)

    await billing.hear(a_timesheet(sale, an_entry(line.line_id, staffing_role="Architect")))

    answer = await billing.as_(Role.AUDITOR).get("/work-in-progress", params={"state": "unrated"})
    assert [item["staffing_role"] for item in answer.json()["items"]] == ["Architect"]


@pytest.mark.parametrize("is_late", [False, True])
async def test_a_correction_takes_back_exactly_what_the_entry_was_worth(billing: Billing, is_late: bool) -> None:
    line = a_time_line("100.10")
    sale = a_sale(line)
    contract_id = await billing.sold(sale)
    wrong = an_entry(line.line_id, 483)
    sheet = a_timesheet(sale, wrong)
    correction = a_correction(sale, a_reversal(wrong), an_entry(line.line_id, 60))
    personal = {
        "scope": "contract_person",
        "contract_id": str(contract_id),
        "person_id": str(wrong.person_id),
        "hourly_rate": "200.00",
        "currency": "EUR",
        "starts_on": MONDAY.isoformat(),
    }

    await billing.hear(correction if is_late else sheet)
    await billing.as_(Role.BILLING_CLERK).put(f"/rates/{new_id()}", json=personal)
    await billing.hear(sheet if is_late else correction)

    values = {item["minutes"]: item["value"] for item in await billing.rows("billable_items")}
    assert values[483] + values[-483] == 0
    assert values[483] is not None


async def test_an_accepted_milestone_bills_its_fixed_fee_once(billing: Billing) -> None:
    line = a_milestone_line("8000.00")
    sale = a_sale(line)
    await billing.sold(sale)
    accepted = an_accepted_milestone(sale, line.line_id)

    await billing.hear(accepted)
    await billing.hear(accepted)

    [item] = await billing.rows("billable_items")
    assert (item["value"], item["rule"], item["milestone_id"]) == (Decimal(8000), "milestone", accepted.milestone_id)


async def test_a_second_milestone_does_not_bill_the_same_fee_again(billing: Billing) -> None:
    line = a_milestone_line()
    sale = a_sale(line)
    await billing.sold(sale)
    await billing.hear(an_accepted_milestone(sale, line.line_id))

    with pytest.raises(MilestoneBilledAlready):
        await billing.hear(an_accepted_milestone(sale, line.line_id))

    assert len(await billing.rows("billable_items")) == 1


async def test_a_milestone_of_work_billed_by_the_hour_bills_nothing(billing: Billing) -> None:
    line = a_time_line()
    sale = a_sale(line)
    await billing.sold(sale)

    await billing.hear(an_accepted_milestone(sale, line.line_id))
    await billing.hear(an_accepted_milestone(sale, None))

    assert await billing.rows("billable_items") == []


async def test_time_on_a_project_that_nobody_bought_is_left_alone_unless_billable(billing: Billing) -> None:
    await billing.hear(a_timesheet(None, an_entry(None, billable=False)))

    with pytest.raises(BillableWithoutSale):
        await billing.hear(a_timesheet(None, an_entry(None)))

    assert await billing.rows("billable_items") == []


async def test_rates_are_looked_up_on_the_day_worked(billing: Billing) -> None:
    line = a_time_line(rate=None)
    sale = a_sale(line)
    await billing.sold(sale)
    clerk = billing.as_(Role.BILLING_CLERK)
    firm = {"scope": "firm", "staffing_role": ROLE, "currency": "EUR"}
    before = {**firm, "hourly_rate": "100", "starts_on": "2026-01-01", "ends_before": "2026-03-03"}
    await clerk.put(f"/rates/{new_id()}", json=before)
    await clerk.put(f"/rates/{new_id()}", json={**firm, "hourly_rate": "110", "starts_on": "2026-03-03"})

    tuesday = MONDAY.replace(day=3)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id, 60), an_entry(line.line_id, 60, day=tuesday)))

    values = {item["day"]: item["value"] for item in await billing.rows("billable_items")}
    assert values == {MONDAY: Decimal(100), tuesday: Decimal(110)}
