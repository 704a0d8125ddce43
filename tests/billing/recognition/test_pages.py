"""Revenue and closing at a browser: a preview, the job, each figure down to its work; a month closed."""

from __future__ import annotations

from services.billing.recognition.jobs import jobs
from shared.actor import Role
from shared.ids import new_id
from shared.jobs import Runner
from tests.support.billing import NOON, Billing, a_sale, a_time_line, a_timesheet, an_entry
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
