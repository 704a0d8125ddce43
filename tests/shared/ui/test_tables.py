"""A list in a real browser: every cell stands under its head, whatever is hidden and whenever its row comes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest
import pytest_asyncio
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from playwright.async_api import Locator, Page, expect

from shared.ui import assets
from shared.ui.listing import Column, Listing
from shared.ui.render import POLICY, environment
from shared.web.front import Drain, Front
from tests.shared.ui.test_browser import Desk
from tests.support.browser import Witness, chromium, serving

ROWS, TURN = 130, 50
TEMPLATE = """{% extends "base.html" %}{% block title %}Deals{% endblock %}
{% block body %}<main id="main"><h1>Deals</h1>
{% call(row) ui.table(listing, caption="Deals", search="Search", bulk="Go", live=["crm-deals"]) %}
<td><a href="#{{ row.id }}">{{ row.name }}</a></td><td>{{ row.stage }}</td><td class="num">{{ row.amount }}</td>
<td><button type="button">Win</button></td>
{% endcall %}</main>{% endblock %}"""
# Of every row that is seen: the columns under whose heads its cells stand, by where they begin.
PLACES = """table => [...table.querySelectorAll('tbody tr:not(.more)')].map(row => [...row.cells]
  .filter(cell => cell.offsetWidth).map(cell => Math.round(cell.getBoundingClientRect().left)).join())"""
HEADS = """table => [...table.querySelectorAll('thead th')]
  .filter(head => head.offsetWidth).map(head => Math.round(head.getBoundingClientRect().left)).join()"""

pytestmark = pytest.mark.asyncio(loop_scope="module")


def lists() -> FastAPI:
    """Serve one long list."""
    app = FastAPI()
    app.add_middleware(Front, drain=Drain(), telemetry=None)
    app.mount(assets.PATH, assets.static_files)

    @app.get("/deals")
    async def deals(request: Request, cursor: int = 0, q: str = "") -> Response:
        columns = (
            Column("name", "Deal"),
            Column("stage", "Stage"),
            Column("amount", "Amount", number=True),
            Column("act", ""),
        )
        found = [n for n in range(ROWS) if q in f"Deal {n}"]
        rows = [
            SimpleNamespace(id=n, name=f"Deal {n}", stage="Won", amount=n * 100) for n in found[cursor : cursor + TURN]
        ]
        following = str(cursor + TURN) if cursor + TURN < len(found) else None
        listing = Listing.of(request, "deals", columns, rows, next=following)
        shown = environment().from_string(TEMPLATE).render(request=request, shell=None, listing=listing)
        return HTMLResponse(shown, headers={"content-security-policy": POLICY})

    return app


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk() -> AsyncIterator[Desk]:
    """Run one browser and one server for all the tests here."""
    async with serving(lists()) as url, chromium() as browser:
        yield browser, url


@asynccontextmanager
async def the_list(desk: Desk, width: int = 1280, height: int = 900) -> AsyncIterator[tuple[Page, Locator]]:
    """Open the list; at the end nothing may have gone wrong on it."""
    browser, url = desk
    context = await browser.new_context(viewport={"width": width, "height": height}, locale="en-GB")
    page = await context.new_page()
    witness = Witness(url)
    witness.watch(page)
    await page.goto(f"{url}/deals")
    yield page, page.locator("#deals")
    assert witness.faults == []
    await context.close()


async def all_rows(table: Locator) -> None:
    """Show more until there is no more."""
    rows = table.locator("tbody tr:not(.more)")
    for seen in range(2 * TURN, ROWS + TURN, TURN):
        await table.get_by_role("link", name="Show more").scroll_into_view_if_needed()
        await expect(rows).to_have_count(min(seen, ROWS))


async def every_cell_stands_under_its_head(table: Locator, *, columns: int) -> None:
    heads = await table.evaluate(HEADS)
    assert len(heads.split(",")) == columns
    assert set(await table.evaluate(PLACES)) == {heads}


async def test_a_hidden_column_goes_with_all_its_cells_also_those_that_come_later(desk: Desk) -> None:
    async with the_list(desk) as (page, table):
        await every_cell_stands_under_its_head(table, columns=5)
        await table.get_by_text("Columns").click()
        await expect(table.get_by_role("checkbox", name="Deal").or_(table.get_by_label("Stage"))).to_have_count(2)
        await table.get_by_label("Stage").uncheck()
        await page.keyboard.press("Escape")
        await expect(table.get_by_role("columnheader")).to_have_text(["", "Deal", "Amount", ""])
        await every_cell_stands_under_its_head(table, columns=4)

        await all_rows(table)
        await every_cell_stands_under_its_head(table, columns=4)

        async with page.expect_response("**/deals"):
            await page.evaluate("document.body.dispatchEvent(new CustomEvent('changed-crm-deals'))")
        await expect(table.locator("tbody tr:not(.more)")).to_have_count(TURN)
        await every_cell_stands_under_its_head(table, columns=4)

        await page.reload()
        await every_cell_stands_under_its_head(table, columns=4)


async def test_a_saved_view_brings_its_columns_back(desk: Desk) -> None:
    async with the_list(desk) as (page, table):
        await table.get_by_text("Columns").click()
        await table.get_by_label("Stage").uncheck()
        await table.get_by_role("searchbox").fill("12")
        await expect(table.locator("tbody tr")).to_have_count(12)
        await table.get_by_text("Views", exact=True).click()
        await table.get_by_label("Name of the view").fill("Twelve")
        await table.get_by_role("button", name="Save").click()
        await expect(table.get_by_role("link", name="Twelve")).to_have_attribute("aria-current", "true")
        await page.goto(page.url.split("?")[0])
        await table.get_by_text("Columns").click()
        await table.get_by_label("Stage").check()
        await table.get_by_label("Amount").uncheck()

        await table.get_by_text("Views", exact=True).click()
        await expect(table.get_by_role("link", name="Twelve")).not_to_have_attribute("aria-current", "true")
        await table.get_by_role("link", name="Twelve").click()

        await expect(table.locator("tbody tr")).to_have_count(12)
        await expect(table.get_by_role("columnheader")).to_have_text(["", "Deal", "Amount", ""])


async def test_on_a_phone_a_row_becomes_a_list_that_names_its_cells(desk: Desk) -> None:
    async with the_list(desk, width=390, height=844) as (page, table):
        labels = "cell => getComputedStyle(cell, '::before').content"
        await all_rows(table)
        last = table.locator("tbody tr").last.locator("td")
        assert [await cell.evaluate(labels) for cell in await last.all()] == [
            "none",
            "none",
            '"Stage"',
            '"Amount"',
            "none",
        ]
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert await table.locator(".table-frame").evaluate("frame => frame.scrollWidth <= frame.clientWidth")
