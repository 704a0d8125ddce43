"""Work beyond a cap is recorded, announced, and written down when it is billed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from shared.actor import Role
from shared.contracts import crm
from shared.contracts.billing import CapThresholdReached
from tests.support.api import code_of
from tests.support.billing import (
    MONDAY,
    ROLE,
    Billing,
    a_change,
    a_change_order,
    a_draft,
    a_sale,
    a_sold_line,
    a_timesheet,
    an_entry,
    an_issued_invoice,
)
from tests.support.ledger import sent

LATER = MONDAY + timedelta(days=20)


def a_capped_line(cap: str = "1000") -> crm.SoldLine:
    """Describe hours of a consultant at 100 each, up to a cap."""
    return a_sold_line(
        crm.BillingMethod.TIME_AND_MATERIALS_CAPPED,
        cap,
        cap=Decimal(cap),
        staffing_role=ROLE,
        hourly_rate=Decimal(100),
        minutes=600,
    )


async def worked(billing: Billing, sale: crm.OpportunityClosedWon, *hours: int) -> None:
    line_id = sale.lines[0].line_id
    days = (MONDAY + timedelta(days=number) for number in range(len(hours)))
    entries = [an_entry(line_id, hour * 60, day=day) for hour, day in zip(hours, days, strict=False)]
    await billing.hear(a_timesheet(sale, *entries))


async def test_each_threshold_is_announced_once_and_recording_goes_on(billing: Billing) -> None:
    sale = a_sale(a_capped_line("1000"))
    await billing.sold(sale)

    for hours in (7, 1, 1, 5):
        await worked(billing, sale, hours)

    told = await billing.announced(CapThresholdReached)
    assert [(one.percent, one.recorded) for one in told] == [
        (75, Decimal(800)),
        (90, Decimal(900)),
        (100, Decimal(1400)),
    ]
    assert len(await billing.rows("billable_items")) == 4


async def test_what_is_beyond_the_cap_is_written_down_at_billing_with_the_reason(billing: Billing) -> None:
    sale = a_sale(a_capped_line("1000"))
    contract_id = await billing.sold(sale)
    await worked(billing, sale, 6)
    first = await an_issued_invoice(billing, contract_id)
    await worked(billing, sale, 3, 4)

    second = await an_issued_invoice(billing, contract_id)

    [written_down] = await billing.rows("work_adjustments")
    assert (first["net"], second["net"]) == ("600.00", "400.00")
    assert (written_down["kind"], written_down["amount"]) == ("capped", Decimal(-300))
    assert written_down["reason"] == "Written down to the cap of 1000.00 EUR"


async def test_a_raised_cap_lets_a_discarded_draft_bill_what_was_written_down(billing: Billing) -> None:
    sale = a_sale(a_capped_line("1000"))
    contract_id = await billing.sold(sale)
    await worked(billing, sale, 8, 6)
    draft = await a_draft(billing, contract_id)
    clerk = billing.as_(Role.BILLING_CLERK)
    await clerk.post(f"/invoices/{draft['id']}/discard", json={"reason": "The cap was raised"})

    raised = a_change(sale.lines[0].line_id, "200.00", cap_delta=Decimal(200))
    await billing.hear(a_change_order(sale, raised, effective_on="2026-03-20"))

    assert (draft["net"], (await a_draft(billing, contract_id))["net"]) == ("1000.00", "1200.00")


async def test_what_was_written_off_under_a_cap_does_not_come_back_by_a_higher_one(billing: Billing) -> None:
    sale = a_sale(a_capped_line("1000"))
    contract_id = await billing.sold(sale)
    await worked(billing, sale, 6, 8)
    draft = await a_draft(billing, contract_id)
    clerk = billing.as_(Role.BILLING_CLERK)
    await clerk.post(f"/invoices/{draft['id']}/discard", json={"reason": "Not now"})
    second = max(await billing.rows("billable_items"), key=lambda item: item["day"])
    given_up = {"item_ids": [str(second["id"])], "reason": "Goodwill"}
    await sent(billing.as_(Role.CONTROLLER), "/work-in-progress/write-offs", given_up)

    assert (await a_draft(billing, contract_id))["net"] == "600.00"


async def test_each_line_is_written_down_by_its_own_work_up_to_the_day_of_the_invoice(billing: Billing) -> None:
    one, other = a_capped_line("1000"), a_capped_line("1000")
    sale = a_sale(one, other)
    contract_id = await billing.sold(sale)
    lines = (one.line_id, other.line_id)
    await billing.hear(a_timesheet(sale, *(an_entry(line, 8 * 60) for line in lines)))
    await billing.hear(a_timesheet(sale, an_entry(one.line_id, 60, billable=False)))

    first = await an_issued_invoice(billing, contract_id)
    await billing.hear(a_timesheet(sale, *(an_entry(line, 4 * 60, day=LATER) for line in lines)))
    nothing = await sent(
        billing.as_(Role.BILLING_CLERK), "/invoices/drafts", {"contract_id": str(contract_id), "up_to": "2026-03-10"}
    )
    second = await an_issued_invoice(billing, contract_id)

    assert [line["net"] for line in first["lines"]] == ["800.00", "800.00"]
    assert code_of(nothing) == "nothing_to_invoice"
    assert [line["net"] for line in second["lines"]] == ["200.00", "200.00"]


async def test_what_was_marked_by_hand_stays_so_under_a_cap(billing: Billing) -> None:
    sale = a_sale(a_capped_line("1000"))
    contract_id = await billing.sold(sale)
    await worked(billing, sale, 8)
    [item] = await billing.rows("billable_items")
    marked = {"item_ids": [str(item["id"])], "percent": "10", "reason": "Agreed."}
    await sent(billing.as_(Role.BILLING_CLERK), "/work-in-progress/adjustments", marked)

    assert (await a_draft(billing, contract_id))["net"] == "880.00"


async def test_thresholds_of_a_higher_cap_are_reached_by_all_that_was_recorded(billing: Billing) -> None:
    sale = a_sale(a_capped_line("1000"))
    contract_id = await billing.sold(sale)
    await worked(billing, sale, 8, 6)
    await a_draft(billing, contract_id)
    raised = a_change(sale.lines[0].line_id, "1000.00", cap_delta=Decimal(1000))
    await billing.hear(a_change_order(sale, raised, effective_on="2026-03-20"))

    await worked(billing, sale, 1)

    told = await billing.announced(CapThresholdReached)
    assert [(one.percent, one.cap, one.recorded) for one in told][-1] == (75, Decimal(2000), Decimal(1500))
