"""Every page of every service in a real browser, light and dark, on a wide screen and on a phone.

PICTURES names a directory to keep a picture of each page in, for whoever wants to look at them.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect
from playwright.async_api import Page as Tab
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from tests.api.scenes import EVERY_ROLE, Scene, a_scene
from tests.api.stories import STORIES
from tests.pages.test_every_page import pages_of
from tests.support.api import SEAL, a_session, token
from tests.support.browser import Witness, barriers, chromium, serving
from tests.support.databases import Databases

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.long]
Theme = Literal["light", "dark"]
WIDE, PHONE = 1280, 390
HEIGHT = 900
JUDGED: dict[Theme, tuple[str, ...]] = {"light": (), "dark": ("color-contrast",)}  # what a theme changes
SLIDES = "document.documentElement.scrollWidth > innerWidth"


@dataclass(frozen=True)
class Firm:
    """All services at one address, as somebody with every role in each of them meets them."""

    url: str
    scenes: dict[str, Scene]
    browser: Browser

    async def addresses(self, service: str) -> list[str]:
        """The pages of a service that stand by themselves: no fragments, no files."""
        scene = self.scenes[service]
        reader = scene.story.api.browser(*EVERY_ROLE, subject=scene.story.insider)
        found = []
        for page in pages_of(scene):
            if page.method == "GET":
                answer = await reader.get(page.at(scene), headers={"accept": "text/html"})
                if answer.text.startswith("<!doctype html>"):
                    found.append(page.at(scene))
        return found

    @asynccontextmanager
    async def reader(self, service: str, theme: Theme) -> AsyncIterator[tuple[Tab, Witness]]:
        """Log in whoever the story of a service is about."""
        bearer = token(*EVERY_ROLE, subject=self.scenes[service].story.insider)
        context = await self.browser.new_context(
            base_url=self.url, color_scheme=theme, locale="en-GB", reduced_motion="reduce"
        )
        session = SEAL.close("session", asdict(a_session(bearer)))
        await context.add_cookies([{"name": "throughline", "value": session, "url": self.url}])
        tab = await context.new_page()
        witness = Witness(self.url)
        witness.watch(tab)
        yield tab, witness
        await context.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def firm(databases: Databases) -> AsyncIterator[Firm]:
    """Let the story of every service happen, and serve them together."""
    async with AsyncExitStack() as stack:
        scenes = {}
        for service in STORIES:
            stack.callback(databases.empty, service)
            url = databases.kept(service).app_url
            scenes[service] = await stack.enter_async_context(a_scene(service, databases, url))
        apps = {service: scene.story.api.app for service, scene in scenes.items()}
        common = [Route(path, apps["crm"]) for path in ("/home", "/static/{name:path}")]
        app = Starlette(routes=[*common, *(Mount(f"/{service}", app) for service, app in apps.items())])
        url = await stack.enter_async_context(serving(app))
        yield Firm(url, scenes, await stack.enter_async_context(chromium()))


@pytest.mark.parametrize("theme", JUDGED)
@pytest.mark.parametrize("service", STORIES)
async def test_every_page_is_sound_and_shuts_nobody_out(firm: Firm, service: str, theme: Theme) -> None:
    found = []
    async with firm.reader(service, theme) as (tab, witness):
        for address in await firm.addresses(service):
            for width in (WIDE, PHONE):
                await tab.set_viewport_size({"width": width, "height": HEIGHT})
                if width == WIDE:
                    await tab.goto(f"/{service}{address}")
                await _is_there(tab)
                place = f"{urlsplit(tab.url).path} at {width}"
                found += [f"{place}: {fault}" for fault in [*witness.faults, *await barriers(tab, JUDGED[theme])]]
                witness.faults.clear()
                if width == PHONE and await tab.evaluate(SLIDES):
                    found.append(f"{place}: scrolls sideways")
                await _keep_picture(tab, f"{service}{address}-{width}-{theme}")

    assert not found, "\n".join(found)


async def _is_there(tab: Tab) -> None:
    """Wait until nothing of the page is still on its way."""
    await expect(tab.locator(".skeleton:visible")).to_have_count(0)
    await tab.evaluate("document.fonts.ready")


async def _keep_picture(tab: Tab, name: str) -> None:
    if directory := os.environ.get("PICTURES"):
        await tab.screenshot(path=Path(directory) / f"{name.replace('/', '-')}.png", full_page=True)
