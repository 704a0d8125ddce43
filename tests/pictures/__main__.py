"""`make pictures`: take the pictures of docs/tour.md anew, from the demo that `make demo` runs."""

from __future__ import annotations

import asyncio
import base64
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, Page, expect

from deploy.suite.people import PASSWORD
from tests.architecture.sources import ROOT
from tests.support.browser import chromium

URL = os.environ.get("SUITE_URL", "http://127.0.0.1:8080")
PLACE = ROOT / "docs" / "pictures"
WIDE, PHONE = 1280, 390
HEIGHTS = {WIDE: 800, PHONE: 844}
AS_WEBP = """async data => {
  const image = await createImageBitmap(await (await fetch(data)).blob())
  const canvas = new OffscreenCanvas(image.width, image.height)
  canvas.getContext('2d').drawImage(image, 0, 0)
  const blob = await canvas.convertToBlob({ type: 'image/webp', quality: 0.82 })
  const bytes = new Uint8Array(await blob.arrayBuffer())
  return btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(''))
}"""


@dataclass(frozen=True)
class Shot:
    """One picture: who looks at what; `opens` is the link to follow from `path`, `until` what has to be there then."""

    name: str
    login: str
    path: str
    opens: str | None = None
    presses: str | None = None
    until: str = "main h1"
    width: int = WIDE
    theme: Literal["light", "dark"] = "light"


SHOTS = (
    Shot("home", "marta", "/home"),
    Shot("pipeline", "helen", "/crm/opportunities"),
    Shot("deal", "helen", "/crm/opportunities/list?q=Order+integration", "td a[href^='/crm/opportunities/']"),
    Shot("handoff", "priya", "/delivery/handoffs?state=accepted", "td a[href^='/delivery/handoffs/']"),
    Shot("project", "priya", "/delivery/projects?q=Order+integration", "td a[href^='/delivery/projects/']"),
    Shot(
        "request", "marta", "/resourcing/requests?all=true&q=Order+integration", "td a[href^='/resourcing/requests/']"
    ),
    Shot("board", "marta", "/resourcing/board"),
    Shot("capacity", "marta", "/resourcing/capacity"),
    Shot("week", "anna", "/delivery/week", ".page-head a[href^='/delivery/week/']"),
    Shot("week-phone", "anna", "/delivery/week", ".page-head a[href^='/delivery/week/']", width=PHONE),
    Shot(
        "invoice",
        "owen",
        "/billing/invoices?q=INV-00001",
        "td a[href^='/billing/invoices/']",
        presses="What is behind this figure",
        until=".behind-rows table",
    ),
    Shot("journal", "viktor", "/billing/journal", theme="dark"),
    Shot(
        "batch",
        "viktor",
        "/billing/batches",
        "td a[href^='/billing/batches/']",
        presses="Prove it again",
        until="#proof .tone-good",
    ),
)


@asynccontextmanager
async def somebody(browser: Browser, shot: Shot) -> AsyncIterator[Page]:
    """Who looks at `shot`, logged in."""
    context = await browser.new_context(
        base_url=URL,
        viewport={"width": shot.width, "height": HEIGHTS[shot.width]},
        color_scheme=shot.theme,
        locale="en-GB",
        reduced_motion="reduce",
    )
    page = await context.new_page()
    await page.goto("/home")
    await page.get_by_label("Name").fill(shot.login)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await page.wait_for_url("**/home")
    yield page
    await context.close()


async def take(page: Page, shot: Shot) -> bytes:
    """The picture of `shot`, as WebP."""
    await page.goto(shot.path)
    if shot.opens:
        address = await page.locator(shot.opens).first.get_attribute("href")
        await page.goto(address or "")
    if shot.presses:
        await page.locator("main").get_by_text(shot.presses).first.click()
    await expect(page.locator("main .skeleton:visible")).to_have_count(0)
    await page.locator(shot.until).first.wait_for()
    await page.evaluate("document.fonts.ready")
    await page.evaluate("document.activeElement.blur()")
    picture = await page.screenshot()
    blank = await page.context.new_page()  # a page of its own: the policy of the product's forbids this
    data = await blank.evaluate(AS_WEBP, "data:image/png;base64," + base64.b64encode(picture).decode())
    return base64.b64decode(data)


async def main(only: set[str]) -> None:
    """Take every picture, or those that are named."""
    PLACE.mkdir(exist_ok=True)
    async with chromium() as browser:
        for shot in SHOTS:
            if not only or shot.name in only:
                async with somebody(browser, shot) as page:
                    picture = await take(page, shot)
                Path(PLACE / f"{shot.name}.webp").write_bytes(picture)
                sys.stdout.write(f"{shot.name}: {len(picture) // 1024} KiB\n")


if __name__ == "__main__":
    asyncio.run(main(set(sys.argv[1:])))
