"""The months of a retainer are billed once each, and the time beyond them at the rate agreed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from services.billing.retainers.actions import BILL_RETAINERS
from shared.actor import Role
from shared.contracts import crm
from shared.contracts.billing import WorkValued
from shared.ids import new_id
from shared.jobs import Job
from tests.support.api import code_of
from tests.support.billing import (
    Billing,
    a_change,
    a_change_order,
    a_sale,
    a_sold_line,
    a_timesheet,
    an_entry,
    an_issued_invoice,
)
from tests.support.ledger import ENTITY, sent

JUNE = datetime(2026, 6, 30, 6, tzinfo=UTC)


def a_retainer_line() -> crm.SoldLine:
    """Describe four months of ten hours each, which stay good for one more month."""
    return a_sold_line(
        crm.BillingMethod.RETAINER,
        "8000.00",
        monthly_fee=Decimal(2000),
        monthly_minutes=600,
        rollover_months=1,
        overage_rate=Decimal(180),
    )


async def by_the_calendar(billing: Billing, at: datetime) -> None:
    """Let the day's job run to its end."""
    job = Job(UUID(int=1), BILL_RETAINERS.name, {}, {}, 0, 0)
    async with billing.work(at=at) as work:
        progress = await BILL_RETAINERS.step(work, job)
    assert progress.cursor is None


async def test_the_fee_of_each_month_is_billed_once_and_in_advance_on_wish(billing: Billing) -> None:
    contract_id = await billing.sold(a_sale(a_retainer_line()))
    clerk = billing.as_(Role.BILLING_CLERK)

    await clerk.post(f"/contracts/{contract_id}/retainers", json={})
    first = {item["day"] for item in await billing.rows("billable_items")}
    for _ in range(2):
        await clerk.post(f"/contracts/{contract_id}/retainers", json={"up_to": "2026-05-31"})

    items = await billing.rows("billable_items")
    assert first == {date(2026, 3, 2)}
    assert sorted(item["day"].isoformat() for item in items) == ["2026-03-02", "2026-04-02", "2026-05-02"]
    assert {item["value"] for item in items} == {Decimal(2000)}


async def test_what_was_sold_for_some_months_is_billed_and_recognised_in_those(billing: Billing) -> None:
    line = a_sold_line(crm.BillingMethod.RETAINER, "3000.00", monthly_fee=Decimal(1500), months=2)
    contract_id = await billing.sold(a_sale(line))
    clerk, controller = billing.as_(Role.BILLING_CLERK), billing.as_(Role.CONTROLLER)
    left = {"legal_entity": ENTITY, "on": "2026-03-01"}
    promised = (await controller.get("/remaining-obligations", params=left)).json()

    await clerk.post(f"/contracts/{contract_id}/retainers", json={"up_to": "2026-07-31"})
    april, july = [
        (await sent(controller, "/recognition-runs", {"legal_entity": ENTITY, "period": month})).json()["lines"]
        for month in ("2026-05", "2026-07")
    ]

    assert promised["totals"][0]["total"] == "3000.00"
    assert await fees_of(billing) == [("2026-03", 1500), ("2026-04", 1500)]
    assert [line["amount"] for line in april] == ["3000.00"]
    assert july == []


async def test_time_is_covered_until_it_is_beyond_the_minutes(billing: Billing) -> None:
    line = a_retainer_line()
    sale = a_sale(line)
    contract_id = await billing.sold(sale)
    march, april = date(2026, 3, 10), date(2026, 4, 10)
    worked = (an_entry(line.line_id, 400, day=march), an_entry(line.line_id, 900, day=april))
    await billing.hear(a_timesheet(sale, *worked))

    for _ in range(2):
        await by_the_calendar(billing, JUNE)

    shown = (await billing.as_(Role.AUDITOR).get(f"/contracts/{contract_id}/retainers")).json()
    [overage] = [item for item in await billing.rows("billable_items") if item["rule"] == "overage"]
    [valued] = await billing.announced(WorkValued)
    assert [(month["used"], month["overage"]) for month in shown[0]["months"][:2]] == [(400, 0), (800, 100)]
    assert (overage["value"], overage["minutes"], overage["rate"]) == (Decimal(300), 100, Decimal(180))
    assert {entry.value for entry in valued.entries} == {Decimal(0)}


async def test_time_that_comes_late_adds_to_what_was_billed_as_overage(billing: Billing) -> None:
    line = a_retainer_line()
    sale = a_sale(line)
    contract_id = await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id, 660, day=date(2026, 3, 10))))
    await by_the_calendar(billing, JUNE.replace(month=5))
    first = await an_issued_invoice(billing, contract_id, up_to=date(2026, 4, 1))

    await billing.hear(a_timesheet(sale, an_entry(line.line_id, 60, day=date(2026, 3, 11))))
    await by_the_calendar(billing, JUNE.replace(month=5))

    overage = [item["value"] for item in await billing.rows("billable_items") if item["rule"] == "overage"]
    assert first["net"] == "2180.00"
    assert overage == [Decimal(180), Decimal(180)]


async def fees_of(billing: Billing) -> list[tuple[str, int]]:
    items = [item for item in await billing.rows("billable_items") if item["rule"] == "retainer"]
    return sorted((item["day"].isoformat()[:7], int(item["value"])) for item in items)


async def test_a_change_order_changes_the_months_from_its_day_on_even_those_that_were_billed(billing: Billing) -> None:
    line = a_sold_line(crm.BillingMethod.RETAINER, "8000.00")
    sale = a_sale(line)
    contract_id = await billing.sold(sale)
    clerk = billing.as_(Role.BILLING_CLERK)
    await clerk.post(f"/contracts/{contract_id}/retainers", json={"up_to": "2026-05-31"})
    invoice = await an_issued_invoice(billing, contract_id, up_to=date(2026, 4, 30))
    more = a_change(line.line_id, "600.00", method=crm.BillingMethod.RETAINER)

    for _ in range(2):
        await billing.hear(a_change_order(sale, more, effective_on="2026-04-01"))

    shown = (await billing.as_(Role.AUDITOR).get(f"/contracts/{contract_id}/retainers")).json()
    assert invoice["net"] == "4000.00"
    assert [month["fee"] for month in shown[0]["months"]] == ["2000.00", "2400.00", "2400.00", "2400.00"]
    assert await fees_of(billing) == [("2026-03", 2000), ("2026-04", 400), ("2026-04", 2000), ("2026-05", 2400)]


async def test_a_change_order_bills_no_month_but_those_that_were_billed_before(billing: Billing) -> None:
    line = a_sold_line(crm.BillingMethod.RETAINER, "8000.00")
    sale = a_sale(line)
    contract_id = await billing.sold(sale)
    order = a_change_order(sale, a_change(line.line_id, "600.00", method=crm.BillingMethod.RETAINER))

    await billing.hear(order)
    before = await fees_of(billing)
    clerk = billing.as_(Role.BILLING_CLERK)
    await clerk.post(f"/contracts/{contract_id}/retainers", json={"up_to": "2026-04-02"})
    await billing.hear(a_change_order(sale, a_change(line.line_id, "400.00"), effective_on="2026-05-01", number="CO-2"))

    assert before == []
    assert await fees_of(billing) == [("2026-03", 2000), ("2026-04", 2200)]


async def test_a_retainer_that_ended_before_it_began_bills_nothing(billing: Billing) -> None:
    sale = a_sale(a_retainer_line())
    contract_id = await billing.sold(sale)
    clerk = billing.as_(Role.BILLING_CLERK)
    await clerk.post(f"/contracts/{contract_id}/retainers", json={"up_to": "2026-04-30"})

    await billing.hear(a_change_order(sale, effective_on="2026-03-01", new_ends_before=sale.starts_on))
    month = {"legal_entity": ENTITY, "period": "2026-03"}
    recognised = (await sent(billing.as_(Role.CONTROLLER), "/recognition-runs", month)).json()

    assert await fees_of(billing) == [("2026-03", 0), ("2026-04", 0)]
    assert recognised["lines"] == []


async def test_months_that_an_amendment_takes_away_are_billed_no_more(billing: Billing) -> None:
    line = a_retainer_line()
    sale = a_sale(line)
    contract_id = await billing.sold(sale)
    clerk = billing.as_(Role.BILLING_CLERK)
    await clerk.post(f"/contracts/{contract_id}/retainers", json={"up_to": "2026-06-30"})
    await an_issued_invoice(billing, contract_id, up_to=date(2026, 5, 31))

    await billing.hear(a_change_order(sale, effective_on="2026-04-01", new_ends_before=date(2026, 5, 2)))

    assert await fees_of(billing) == [
        ("2026-03", 2000), ("2026-04", 2000), ("2026-05", -2000), ("2026-05", 2000), ("2026-06", 0)
    ]  # fmt: skip


async def test_a_retainer_that_a_change_order_brings_is_billed_and_recognised(billing: Billing) -> None:
    sale = a_sale(a_sold_line(crm.BillingMethod.EXPENSE, "100"))
    await billing.sold(sale)
    hotline = a_change(new_id(), "900.00", method=crm.BillingMethod.RETAINER, description="Hotline")
    await billing.hear(a_change_order(sale, hotline, effective_on="2026-04-01"))

    await by_the_calendar(billing, JUNE)
    month = {"legal_entity": ENTITY, "period": "2026-06"}
    recognised = (await sent(billing.as_(Role.CONTROLLER), "/recognition-runs", month)).json()

    assert await fees_of(billing) == [("2026-04", 300), ("2026-05", 300), ("2026-06", 300)]
    assert [line["amount"] for line in recognised["lines"]] == ["900.00"]


async def test_retainers_are_billed_by_who_may_on_contracts_that_may_be(billing: Billing) -> None:
    sale = a_sale(a_retainer_line())
    contract_id = await billing.sold(sale)
    draft = a_sale(a_retainer_line())
    await billing.hear(draft)
    clerk = billing.as_(Role.BILLING_CLERK)
    contracts = (await clerk.get("/contracts", params={"status": "draft"})).json()["items"]

    assert code_of(await billing.as_(Role.AUDITOR).post(f"/contracts/{contract_id}/retainers", json={})) == (
        "not_permitted"
    )
    refused = await clerk.post(f"/contracts/{contracts[0]['id']}/retainers", json={})
    assert code_of(refused) == "contract_not_active"
