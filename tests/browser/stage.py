"""Where the tests play: the suite as a program, a browser, and people who sit down at it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, StorageState, expect

from deploy.suite.calendar import Dates
from deploy.suite.people import BY_LOGIN, PASSWORD
from tests.browser.hands import Hand
from tests.support.browser import Witness

PATIENCE_MILLISECONDS = 20_000


@dataclass
class Person:
    """A colleague before a page of the product, with a way of using it."""

    page: Page
    hand: Hand

    async def goes_to(self, entry: str) -> None:
        """Open the page that the side calls `entry`."""
        await self.hand.go(self.page.locator("#side").get_by_role("link", name=entry, exact=True))
        await self.is_at(entry)

    async def is_at(self, title: str) -> None:
        """Be on the page called `title`, which is ready."""
        await expect(self.page.get_by_role("heading", level=1)).to_contain_text(title)
        await self.page.wait_for_load_state()

    async def presses(self, name: str | re.Pattern[str], *, within: Locator | None = None) -> None:
        """Press the button or link called `name`, in the dialog if one is open."""
        place = within or self.page.locator("dialog[open]").or_(self.page.locator("main:not(:has(dialog[open]))"))
        button, link = (place.get_by_role(role, name=name).first for role in ("button", "link"))
        await self.hand.press(button.or_(link).first)

    async def writes(self, label: str, text: str) -> None:
        """Put `text` into the field called `label`."""
        await self.hand.write(self._field(label), text)

    async def chooses(self, label: str, option: str) -> None:
        """Choose an option of the field called `label`."""
        await self.hand.choose(self._field(label), option)

    async def sees(self, text: str | re.Pattern[str]) -> Locator:
        """See `text` on the page; what the product promises to show by itself needs no more than to wait."""
        seen = self.page.locator("main").get_by_text(text).filter(visible=True).first
        await expect(seen).to_be_visible()
        return seen

    def _field(self, label: str) -> Locator:
        place = self.page.locator("dialog[open]").or_(self.page.locator("main:not(:has(dialog[open]))"))
        return place.get_by_label(label).first


@dataclass
class Stage:
    """The suite at `url`, and a browser; who logged in once is known from then on."""

    url: str
    browser: Browser
    dates: Dates
    directory: Path
    known: dict[str, StorageState] = field(default_factory=dict)

    @asynccontextmanager
    async def person(self, login: str, kind: type[Hand]) -> AsyncIterator[Person]:
        """Sit somebody down on the first page; when they leave, nothing may have gone wrong on their pages."""
        known = self.known.pop(login, None)
        context = await self.browser.new_context(
            base_url=self.url, locale="en-GB", reduced_motion="reduce", storage_state=known, **kind.screen
        )
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        page = await context.new_page()
        witness = Witness(self.url)
        witness.watch(page)
        person = Person(page, kind(page))
        try:
            await page.goto("/home")
            if known is None:
                await self._log_in(person, login)
            await person.is_at(f"Hello, {BY_LOGIN[login].name.split()[0]}")
            yield person
        except BaseException as error:
            picture = self.directory / f"{login}.png"
            await page.screenshot(path=picture)
            error.add_note(f"what {login} saw at {page.url}: {picture}")
            raise
        # only now: a log-in that is renewed meanwhile takes its token with it, and the one from before is of no use
        self.known[login] = await context.storage_state()
        await context.close()
        if witness.faults:
            raise AssertionError("\n".join([f"{login}'s pages were not without a fault:", *witness.faults]))

    async def _log_in(self, person: Person, login: str) -> None:
        await person.writes("Name", login)
        await person.writes("Password", PASSWORD)
        await person.presses("Log in")
