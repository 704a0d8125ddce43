"""Revenue and closing at a browser: a preview, the job, each figure down to its work; a month closed."""

from __future__ import annotations

import pytest

from services.billing.recognition.jobs import jobs
from shared.actor import Role
from shared.contracts import crm, delivery
from shared.ids import new_id
from shared.jobs import Runner
from tests.support.billing import (
    NOON,
    Billing,
    a_measurement,
    a_sale,
    a_sold_line,
    a_time_line,
    a_timesheet,
    an_entry,
)
from tests.support.ledger import ENTITY, MARCH


async def test_a_month_is_previewed_recognised_and_opened_down_to_its_work(billing: Billing) -> None:
    line = a_time_line("120.00")
    sale = a_sale(line)
    await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id, 480, note="Workshop")))
    browser = billing.api.browser(Role.CONTROLLER, subject="carla")
    month = {"legal_entity": ENTITY, "period": MARCH}

    preview = await browser.get("/revenue/preview", params=month)
    started = await browser.post("/revenue", data=month, headers={"Idempotency-Key": str(new_id())})
    where = started.headers["location"].removeprefix("/billing")
    waiting = await browser.get(where)
    while await Runner(billing.database, jobs, lambda: NOON).step():
        pass
    done = await browser.get(where)

    assert "960.00" in preview.text
    assert "job-" in waiting.text
    assert "960.00" in done.text
    [kept] = await billing.rows("recognised_lines")
    assert "Workshop" in (await browser.get(f"/revenue/lines/{kept['id']}")).text
    assert "960.00" in (await browser.get("/contract-balances")).text
    assert "960.00" in (await browser.get("/account-sheet", params={"account": "1300"})).text


async def test_a_month_is_closed_and_reopened_with_a_reason(billing: Billing) -> None:
    browser = billing.api.browser(Role.CONTROLLER, subject="carla")
    month = f"/closing/{ENTITY}/{MARCH}"

    await browser.post(f"{month}/closure", headers={"Idempotency-Key": str(new_id())})
    closed = [one["status"] for one in await billing.rows("fiscal_periods")]
    reopened = await browser.post(
        f"{month}/reopening", data={"reason": "Late invoice"}, headers={"Idempotency-Key": str(new_id())}
    )

    assert closed == ["closed"]
    assert reopened.status_code == 303
    assert [one["status"] for one in await billing.rows("fiscal_periods")] == ["open"]
    assert "Close the month" in (await browser.get(month)).text


async def test_a_contract_shows_how_it_is_recognised_and_is_given_terms_and_materials(billing: Billing) -> None:
    line = a_sold_line(crm.BillingMethod.FIXED_FEE_PERCENT, "10000.00")
    sale = a_sale(line, a_time_line())
    contract_id = await billing.sold(sale)
    await billing.hear(a_measurement(sale, "40", line_id=line.line_id, method=delivery.ProgressMethod.COST))
    browser = billing.api.browser(Role.CONTROLLER, subject="carla")
    here = f"/contracts/{contract_id}"
    bought = {"contract_line_id": str(line.line_id), "delivered_on": "2026-03-02", "description": "Racks"}

    before = (await browser.get(f"{here}/recognition")).text
    terms = await browser.post(f"{here}/recognition-terms", data={"percent_precision": "2", "reason": "As audited"})
    materials = await browser.post(
        f"{here}/uninstalled-materials",
        data=bought | {"cost": "1.250,50"},
        headers={"Idempotency-Key": str(new_id()), "accept-language": "de"},
    )
    after = (await browser.get(f"{here}/recognition")).text

    assert "By cost" in before and "40 % on 20 Mar 2026" in before and "4,000.00" in before
    assert (terms.status_code, materials.status_code) == (303, 303)
    assert "rounded to 2 digits" in after and "1,250.50" in after
    assert (await billing.rows("uninstalled_materials"))[0]["recorded_by"] == "carla"


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.BILLING_APPROVER, Role.BILLING_CLERK])
async def test_who_keeps_no_books_sets_no_terms(billing: Billing, role: Role) -> None:
    line = a_sold_line(crm.BillingMethod.FIXED_FEE_PERCENT, "10000.00")
    here = f"/contracts/{await billing.sold(a_sale(line))}"
    browser = billing.api.browser(role)
    bought = {"contract_line_id": str(line.line_id), "delivered_on": "2026-03-02", "description": "R", "cost": "1"}

    terms = await browser.post(f"{here}/recognition-terms", data={"reason": "Mine"})
    materials = await browser.post(
        f"{here}/uninstalled-materials", data=bought, headers={"Idempotency-Key": str(new_id())}
    )

    assert (terms.status_code, materials.status_code) == (403, 403)
    assert "recognition-terms" not in (await browser.get(f"{here}/recognition")).text
    assert await billing.rows("uninstalled_materials") == []
