"""What waits for those who bill and keep the books is on their first page, and on nobody else's."""

from __future__ import annotations

from datetime import date

from shared.actor import Role
from tests.support.billing import Billing, a_sale, a_time_line, a_timesheet, an_entry
from tests.support.ledger import a_new_entry, answered, appoint_erp, closed, map_accounts, posted, sealed, sent

FEBRUARY, MARCH = date(2026, 2, 27), date(2026, 3, 31)


async def first_page(billing: Billing, role: Role) -> str:
    return (await billing.api.browser(role, subject="carla").get("/home/needs")).text


async def worked(billing: Billing, day: date, rate: str | None = "120.00") -> None:
    """Have a day of approved work on a contract of its own."""
    line = a_time_line(rate)
    sale = a_sale(line)
    await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id, day=day)))


async def test_work_without_a_rate_waits_for_who_agrees_rates(billing: Billing) -> None:
    await worked(billing, FEBRUARY, rate=None)

    shown = {role: "Agree a rate for work without one" in await first_page(billing, role) for role in Role}

    assert {role for role, seen in shown.items() if seen} == {Role.BILLING_CLERK, Role.CONTROLLER}


async def test_only_work_of_months_that_are_over_waits_to_be_billed(billing: Billing) -> None:
    await worked(billing, MARCH)
    assert "Bill finished work" not in await first_page(billing, Role.BILLING_CLERK)

    for _ in range(2):
        await worked(billing, FEBRUARY)

    shown = await first_page(billing, Role.BILLING_CLERK)
    assert 'data-count="2"' in shown and "/billing/work-in-progress" in shown
    assert "Bill finished work" not in await first_page(billing, Role.CONTROLLER)


async def test_a_month_waits_to_be_closed_once_it_is_over(billing: Billing) -> None:
    await posted(billing, a_new_entry(on=FEBRUARY), a_new_entry(on=MARCH))
    await map_accounts(billing)
    assert "/billing/closing/MER/2026-02" not in await first_page(billing, Role.BILLING_CLERK)

    before = await first_page(billing, Role.CONTROLLER)
    await sealed(billing, period="2026-02")
    assert (await closed(billing, "2026-02")).is_success

    assert "/billing/closing/MER/2026-02" in before and "/billing/closing/MER/2026-03" not in before
    assert "/billing/closing/" not in await first_page(billing, Role.CONTROLLER)


async def test_what_the_erp_rejected_waits_until_it_is_corrected(billing: Billing) -> None:
    await posted(billing, a_new_entry())
    await map_accounts(billing)
    await appoint_erp(billing)
    batch = await sealed(billing)
    assert "Correct what the ERP rejected" not in await first_page(billing, Role.CONTROLLER)

    await answered(billing, batch["id"], answer="rejected", reason="Account is blocked")
    rejected = await first_page(billing, Role.CONTROLLER)
    await sent(billing.as_(Role.CONTROLLER, subject="carla"), f"/ledger-batches/{batch['id']}/correction")

    assert f"/billing/batches/{batch['id']}" in rejected
    assert "Correct what the ERP rejected" not in await first_page(billing, Role.CONTROLLER)
