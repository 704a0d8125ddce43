"""Every page that people come to by following links, in both themes: nothing breaks, nobody is kept out.

Whose address is new to the walk is looked at on the day it is linked; a page that no link leads to fails here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from fastapi.routing import iter_route_contexts
from playwright.async_api import Page, expect

from deploy.suite.members import SERVICES
from tests.browser.hands import Mouse
from tests.browser.stage import Stage
from tests.support.browser import barriers

pytestmark = pytest.mark.asyncio(loop_scope="session")

WALKERS = ("helen", "priya", "marta", "owen", "viktor", "sam")
PARAMETER = re.compile(r"{[^}]+}")
LINKS = "links => links.map(link => link.getAttribute('href'))"
NO_PAGES: frozenset[str] = frozenset()  # parts of pages, files, and what only somebody in trouble comes to


def addresses() -> Iterator[str]:
    """The address of every page of every service, as it is declared."""
    for service in SERVICES:
        for router in service.all_pages:
            for route in iter_route_contexts(router.routes):
                if "GET" in (route.methods or set()):
                    yield f"/{service.name}{route.path_format}"


class Walk:
    """Follows links; of each kind of page the first one that is met is looked at."""

    def __init__(self) -> None:
        self.unseen = {address: re.compile(PARAMETER.sub("[^/]+", address)) for address in addresses()}

    def wants(self, path: str) -> str | None:
        """The kind of page at `path`, where none was looked at yet; the plainer kind of two that fit."""
        fitting = [address for address, form in self.unseen.items() if form.fullmatch(path)]
        return min(fitting, key=lambda address: address.count("{"), default=None)

    async def links_of(self, page: Page) -> list[str]:
        """Where `page` leads to, of what was not looked at yet."""
        hrefs = await page.locator("main a[href], #side a[href]").evaluate_all(LINKS)
        return [href for href in dict.fromkeys(hrefs) if href.startswith("/") and self.wants(urlsplit(href).path)]


async def test_every_page_works_for_everybody_in_both_themes(stage: Stage) -> None:
    walk, faults = Walk(), list[str]()
    for login in WALKERS:
        async with stage.person(login, Mouse) as person:
            waiting = await walk.links_of(person.page)
            while waiting:
                href = waiting.pop(0)
                kind = walk.wants(urlsplit(href).path)
                if kind is None:
                    continue
                del walk.unseen[kind]
                if kind in NO_PAGES:
                    continue
                await person.page.goto(href)
                faults += [f"{href} ({login}): {fault}" for fault in await looked_at(person.page)]
                waiting += await walk.links_of(person.page)

    assert faults == []
    assert walk.unseen.keys() - NO_PAGES == set()


async def looked_at(page: Page) -> list[str]:
    """What is wrong with the page that is open, in light and, as far as colours go, in the dark."""
    await expect(page.locator("main .skeleton:visible")).to_have_count(0)
    found = await barriers(page)
    await page.emulate_media(color_scheme="dark")
    found += [f"dark: {fault}" for fault in await barriers(page, rules=["color-contrast"])]
    await page.emulate_media(color_scheme="light")
    return found
