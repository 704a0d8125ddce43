"""What delivery returned, as its seller sees it: on the first page, and on the deal's."""

from __future__ import annotations

from uuid import UUID

from shared.actor import Role
from shared.database import Database
from tests.crm.handoffs.test_api import ANEW, a_returned_deal, a_won_deal
from tests.crm.thread.test_any_order import returned
from tests.support.api import BY_SCRIPT, Api, seen
from tests.support.crm import hear


async def test_a_returned_deal_waits_on_the_first_page_of_its_seller_with_the_reason(
    crm: Api, database: Database
) -> None:
    deal = await a_returned_deal(crm, database, crm.as_(Role.SALES_REP, subject="rita"))

    for browser in (crm.browser(Role.SALES_REP, subject="rita"), crm.browser(Role.SALES_MANAGER)):
        waiting = await seen(browser, "/home/needs")
        assert "Handoff returned: Data platform" in waiting and "No scope" in waiting
        assert f'href="/crm/opportunities/{deal["id"]}"' in waiting and "2026-03-02" in waiting
    for browser in (crm.browser(Role.SALES_REP, subject="ralf"), crm.browser(Role.AUDITOR)):
        assert "Handoff returned" not in await seen(browser, "/home/needs")


async def test_the_deal_says_why_and_is_closed_anew_there(crm: Api, database: Database) -> None:
    deal = await a_won_deal(crm, crm.as_(Role.SALES_REP, subject="rita"))
    browser, here = crm.browser(Role.SALES_REP, subject="rita"), f"/opportunities/{deal['id']}"
    assert "Close anew" not in await seen(browser, here)
    await hear(database, returned(UUID(deal["id"])), 1)

    page = await seen(browser, here)
    assert "Delivery returned the handoff" in page and "No scope" in page
    assert "Close anew" in page and "Add a line" in page and 'value="Q-7"' in page
    assert "Close anew" not in await seen(crm.browser(Role.AUDITOR), here)
    silent = await browser.post(f"{here}/won-anew", data={"quote_reference": "Q-8"}, headers=BY_SCRIPT)
    assert silent.json()["errors"][0]["pointer"] == "#/body/correction"
    closed = await browser.post(f"{here}/won-anew", data={**ANEW, "quote_reference": "Q-8"}, headers=BY_SCRIPT)
    assert closed.headers["hx-redirect"] == f"/crm{here}", closed.text

    page = await seen(browser, here)
    assert "Close anew" not in page and "Q-8" in page
    assert "Waits for delivery" in await seen(browser, f"/thread{here}")
    assert "Handoff returned" not in await seen(browser, "/home/needs")
