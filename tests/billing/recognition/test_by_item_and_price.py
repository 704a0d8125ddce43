"""What items and prices say is recognised once each: overage, expenses, covered time, percent, retainers."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.billing.retainers.actions import BILL_RETAINERS
from shared.actor import Role
from shared.contracts import crm
from shared.contracts.billing import RevenueRecognised
from shared.ids import new_id
from shared.jobs import Job
from tests.support.billing import (
    Billing,
    a_change_order,
    a_draft,
    a_sale,
    a_sold_line,
    a_timesheet,
    an_entry,
    an_expense,
    an_expense_report,
)
from tests.support.ledger import ENTITY, MARCH, sent
from tests.support.measured import a_measurement

JULY = datetime(2026, 7, 31, 6, tzinfo=UTC)
METHODS = crm.BillingMethod


def a_retainer(**terms: Any) -> crm.SoldLine:
    """Describe four months of ten hours each for 2,000.00, and 180.00 for each hour beyond."""
    told = {"monthly_fee": Decimal(2000), "monthly_minutes": 600, "overage_rate": Decimal(180)}
    return a_sold_line(METHODS.RETAINER, "8000.00", **{**told, **terms})


async def billed_to_the_end(billing: Billing) -> None:
    """Let the months of retainers be billed that have ended by the end of July."""
    async with billing.work(at=JULY) as work:
        await BILL_RETAINERS.step(work, Job(UUID(int=1), BILL_RETAINERS.name, {}, {}, 0, 0))


async def recognised(billing: Billing, period: str) -> list[tuple[str, str, bool]]:
    """Recognise a month: amount and sum of each line, and whether it is beyond the price."""
    controller = billing.as_(Role.CONTROLLER, subject="carla")
    answer = await sent(controller, "/recognition-runs", {"legal_entity": ENTITY, "period": period})
    assert answer.is_success, answer.text
    return [(one["amount"], one["cumulative"], one["is_beyond"]) for one in answer.json()["lines"]]


async def test_overage_is_recognised_beside_the_fees_and_once(billing: Billing) -> None:
    line = a_retainer()
    sale = a_sale(line)
    contract_id = await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id, 700, day=date(2026, 4, 10))))
    assert await recognised(billing, MARCH) == [("1951.22", "1951.22", False)]
    await billed_to_the_end(billing)

    late = await recognised(billing, "2026-06")
    again = await recognised(billing, "2026-06")

    assert late == [("300.00", "300.00", True), ("6048.78", "8000.00", False)]
    assert again == []
    told = await billing.announced(RevenueRecognised)
    assert [(one.amount, one.cumulative) for one in told][1:] == [
        (Decimal("300.00"), Decimal("2251.22")),
        (Decimal("6048.78"), Decimal("8300.00")),
    ]
    net = (await a_draft(billing, contract_id, up_to=date(2026, 7, 31)))["net"]
    assert Decimal(net) == Decimal(8300)


async def test_overage_that_is_marked_down_takes_back_only_what_it_earned(billing: Billing) -> None:
    line = a_retainer()
    sale = a_sale(line)
    await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id, 700, day=date(2026, 4, 10))))
    await billed_to_the_end(billing)
    await recognised(billing, "2026-06")
    [overage] = [item for item in await billing.rows("billable_items") if item["rule"] == "overage"]
    marked = {"item_ids": [str(overage["id"])], "percent": "-50", "reason": "Goodwill"}
    await sent(billing.as_(Role.BILLING_CLERK), "/work-in-progress/adjustments", marked)

    assert await recognised(billing, "2026-06") == [("-150.00", "150.00", True)]


async def test_a_prolonged_retainer_earns_the_fees_of_all_its_months(billing: Billing) -> None:
    line = a_retainer()
    sale = a_sale(line)
    contract_id = await billing.sold(sale)
    longer = a_change_order(sale, new_ends_before=date(2026, 9, 2))
    await billing.hear(longer)

    in_all = await recognised(billing, "2026-09")
    await billing.as_(Role.BILLING_CLERK).post(f"/contracts/{contract_id}/retainers", json={"up_to": "2026-09-30"})

    assert in_all == [("12000.00", "12000.00", False)]
    net = (await a_draft(billing, contract_id, up_to=date(2026, 9, 30)))["net"]
    assert Decimal(net) == Decimal(12000)


async def test_a_retainer_that_is_recognised_as_delivered_earns_its_items(billing: Billing) -> None:
    line = a_retainer(recognition_method="as_delivered")
    sale = a_sale(line)
    await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id, 700, day=date(2026, 4, 10))))
    await billed_to_the_end(billing)

    assert await recognised(billing, "2026-07") == [("8300.00", "8300.00", False)]


async def test_expenses_are_recognised_by_item_percent_by_cost_and_covered_time_not_at_all(billing: Billing) -> None:
    expenses = a_sold_line(METHODS.EXPENSE, "2000.00", markup_percent=Decimal(5))
    percent = a_sold_line(METHODS.FIXED_FEE_PERCENT, "1000.00")
    flat = a_retainer(monthly_minutes=None, overage_rate=None)
    sale = a_sale(expenses, percent, flat)
    contract_id = await billing.sold(sale)
    await billing.hear(an_expense_report(sale, an_expense(expenses.line_id, "100.00")))
    await billing.hear(a_timesheet(sale, an_entry(flat.line_id, 6000 // 5, day=date(2026, 3, 10))))
    await billing.hear(a_measurement("300", "600", date(2026, 3, 20)))
    key = {"Idempotency-Key": str(new_id())}
    measured = {"contract_line_id": str(percent.line_id), "percent": "30", "measured_on": "2026-03-20", "reason": "A."}
    await billing.as_(Role.BILLING_CLERK).post(f"/contracts/{contract_id}/measurements", json=measured, headers=key)

    found = await recognised(billing, MARCH)

    assert sorted(amount for amount, _, _ in found) == ["105.00", "1951.22", "500.00"]
    assert not any(is_beyond for *_, is_beyond in found)
