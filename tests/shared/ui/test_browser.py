"""The components in a real browser: nothing breaks, nothing leaves the origin, everybody can use them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio
from fastapi import FastAPI
from playwright.async_api import Browser, Page, expect

from shared.ui import assets, showcase
from shared.web.front import Drain, Front
from tests.shared.ui.pictures import difference, small
from tests.support.browser import Witness, barriers, chromium, serving

LOOK = Path(__file__).parent / "look"
MOST_THAT_DIFFERS = 0.01  # of all points; another font changes 0.013 of them, a row of tiles that is gone 0.06
Theme = Literal["light", "dark"]
Desk = tuple[Browser, str]

pytestmark = pytest.mark.asyncio(loop_scope="module")


def components() -> FastAPI:
    """Serve the page of components alone, with the headers of a service."""
    app = FastAPI()
    app.add_middleware(Front, drain=Drain(), telemetry=None)
    app.mount(assets.PATH, assets.static_files)
    app.include_router(showcase.router)
    return app


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk() -> AsyncIterator[Desk]:
    """Run one browser and one server for all the tests here."""
    async with serving(components()) as url, chromium() as browser:
        yield browser, url


@asynccontextmanager
async def looked_at(desk: Desk, theme: Theme = "light", width: int = 1280) -> AsyncIterator[tuple[Page, Witness]]:
    """Open the page of components on a fixed day, as somebody new."""
    browser, url = desk
    context = await browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=theme, locale="en-GB", reduced_motion="reduce"
    )
    page = await context.new_page()
    await page.clock.set_fixed_time(showcase.NOON)
    witness = Witness(url)
    witness.watch(page)
    await page.goto(f"{url}/ui")
    await expect(page.locator("tl-chart svg").first).to_be_visible()
    await expect(page.locator(".gantt_task_line").first).to_be_visible()
    await expect(page.locator(".ec-event").first).to_be_visible()
    await page.evaluate("document.fonts.ready")
    yield page, witness
    await context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_every_component_looks_as_it_did_and_shuts_nobody_out(desk: Desk, theme: Theme) -> None:
    async with looked_at(desk, theme) as (page, witness):
        picture = await small(page, await page.screenshot(full_page=True))
        shut_out = await barriers(page)
        before = LOOK / f"{theme}.png"
        if not await asyncio.to_thread(before.exists):
            await asyncio.to_thread(before.write_bytes, picture)
            pytest.fail(f"there was no picture {before.name}; look at the new one, then commit it")
        differs = await difference(page, await asyncio.to_thread(before.read_bytes), picture)

        assert witness.faults == []
        assert shut_out == []
        assert differs < MOST_THAT_DIFFERS, f"delete {before} and run again to have a new picture, if this is meant"


async def test_a_phone_needs_no_sideways_scrolling(desk: Desk) -> None:
    async with looked_at(desk, width=390) as (page, witness):
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert witness.faults == []


async def test_what_a_mouse_does_the_keyboard_does_too(desk: Desk) -> None:
    async with looked_at(desk) as (page, _):
        toasts = page.locator(".toast-box")

        await page.locator(".board-card", has_text="Cloud migration").focus()
        await page.keyboard.press("Alt+ArrowRight")
        await expect(page.locator("[data-announce]")).to_have_text("Cloud migration is now in Proposal, place 1")
        await expect(page.locator("[data-column=proposal] .board-card").first).to_be_focused()

        booking = page.locator("[data-booking=b4]")
        await booking.focus()
        await page.keyboard.press("Alt+ArrowRight")
        await expect(booking).to_have_accessible_name("ERP rollout, Ana Duarte, Nov 15 \N{EN DASH} 21")
        await expect(booking).to_be_focused()

        await page.keyboard.press("c")
        await expect(toasts.get_by_role("button", name="Undo").last).to_be_visible()

        await page.keyboard.press("?")
        await expect(page.locator("#keys")).to_contain_text("Change something")
        await page.keyboard.press("Escape")
        await expect(page.locator("#keys")).to_be_hidden()


async def test_a_card_is_dragged_by_mouse(desk: Desk) -> None:
    async with looked_at(desk) as (page, witness):
        card = page.locator(".board-card", has_text="Cloud migration")
        await card.drag_to(page.locator("[data-column=won] [data-cards]"))

        await expect(page.locator("[data-announce]")).to_have_text("Cloud migration is now in Won, place 1")
        await expect(page.locator("[data-column=won] .board-card")).to_have_count(1)
        assert witness.faults == []


async def test_a_refusal_stands_beside_the_field_it_is_about(desk: Desk) -> None:
    async with looked_at(desk) as (page, _):
        form = page.locator("#rate-form")
        await form.get_by_label("Sold hours").fill("7:30")
        await form.get_by_role("button", name="Save").click()

        await expect(form.get_by_role("alert")).to_contain_text("End the earlier rate, or begin this one later.")
        await expect(form.get_by_label("From")).to_have_accessible_description("Another rate is valid on this day.")
        await expect(form.get_by_label("From")).to_be_focused()
        await expect(form.get_by_label("Sold hours")).to_have_value("7.5")


async def test_nothing_is_done_before_the_question_is_answered(desk: Desk) -> None:
    async with looked_at(desk) as (page, _):
        await page.get_by_role("button", name="Ask before").click()
        await page.locator("#confirm").get_by_role("button", name="Cancel").click()
        await expect(page.locator(".toast-box")).to_have_count(0)

        await page.get_by_role("button", name="Ask before").click()
        await page.locator("#confirm").get_by_role("button", name="Go ahead").click()
        await expect(page.locator(".toast-box")).to_have_text(["Saved.Undo×"])  # noqa: RUF001  # the sign of the button


async def test_rows_that_come_anew_bring_their_dialogs_and_an_open_one_is_left_alone(desk: Desk) -> None:
    changed = "new BroadcastChannel('live').postMessage({service: 'ui', feature: 'ui'})"
    one_is_gone = "document.querySelector('#invoices-dialogs > dialog:not([open])').remove()"
    async with looked_at(desk) as (page, _):
        search, dialogs = page.locator("#invoices").get_by_role("searchbox"), page.locator("#invoices-dialogs > dialog")
        await search.fill("orbit")
        await expect(dialogs).to_have_count(1)
        await search.fill("")
        await expect(dialogs).to_have_count(5)

        await page.evaluate(f"{one_is_gone}; {changed}")
        await expect(dialogs).to_have_count(5)

        note = dialogs.last.get_by_label("Note")
        await dialogs.last.evaluate("dialog => dialog.showModal()")
        await note.fill("half a sentence")
        await page.evaluate(f"{one_is_gone}; {changed}")
        await page.wait_for_timeout(600)  # nothing comes of it, which cannot be waited for
        await expect(dialogs).to_have_count(4)
        await expect(note).to_have_value("half a sentence")
        await page.keyboard.press("Escape")
        await expect(dialogs).to_have_count(5)


async def test_a_table_keeps_what_its_reader_chose(desk: Desk) -> None:
    async with looked_at(desk) as (page, _):
        table = page.locator("#invoices")
        await table.get_by_text("Columns").click()
        await table.get_by_label("Customer").uncheck()
        await page.keyboard.press("Escape")
        await table.get_by_role("searchbox").fill("orbit")
        await expect(table.locator("tbody tr")).to_have_count(1)
        await table.get_by_text("Views", exact=True).click()
        await table.get_by_label("Name of the view").fill("Orbit")
        await table.get_by_role("button", name="Save").click()
        await page.goto(page.url.split("?")[0])

        await expect(table.get_by_role("cell", name="Helvetia Bank")).to_be_hidden()
        await table.get_by_text("Views", exact=True).click()
        await table.get_by_role("link", name="Orbit").click()
        await expect(table.locator("tbody tr")).to_have_count(1)
