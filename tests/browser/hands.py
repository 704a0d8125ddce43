"""Ways of using a page: by mouse, by keyboard alone, by finger on a phone."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from playwright.async_api import Locator, Page

MOST_TABS = 200
WHERE = """target => {
  const at = document.activeElement
  if (at === target) return 'here'
  return at.compareDocumentPosition(target) & Node.DOCUMENT_POSITION_FOLLOWING ? 'behind' : 'before'
}"""


class Hand(ABC):
    """One way of using pages; what it does, it does as people of that way can."""

    screen: Mapping[str, Any]

    def __init__(self, page: Page) -> None:
        self.page = page

    @abstractmethod
    async def press(self, target: Locator) -> None:
        """Press a button, follow a link."""

    @abstractmethod
    async def write(self, field: Locator, text: str) -> None:
        """Put `text` into a field; days as 2026-11-28."""

    async def choose(self, field: Locator, label: str) -> None:
        """Choose the option called `label`."""
        await field.select_option(label=label)

    async def go(self, link: Locator) -> None:
        """Go to the page of an entry of the side."""
        await self.press(link)


class Mouse(Hand):
    """A mouse before a wide screen; text is typed."""

    screen: Mapping[str, Any] = {"viewport": {"width": 1280, "height": 900}}

    async def press(self, target: Locator) -> None:
        """Click."""
        await target.click()

    async def write(self, field: Locator, text: str) -> None:
        """Click into the field and type."""
        await field.click()
        await field.fill(text)


class Finger(Hand):
    """A finger on a phone."""

    screen: Mapping[str, Any] = {
        "viewport": {"width": 390, "height": 844},
        "has_touch": True,
        "is_mobile": True,
    }

    async def press(self, target: Locator) -> None:
        """Tap; nothing may stick out of the screen's side."""
        await target.tap()

    async def write(self, field: Locator, text: str) -> None:
        """Tap into the field and type."""
        await field.tap()
        await field.fill(text)

    async def go(self, link: Locator) -> None:
        """Open the side, which a phone has no room for, and tap."""
        assert await self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), self.page.url
        await self.page.get_by_role("button", name="Menu", exact=True).tap()
        await link.tap()


class Keyboard(Hand):
    """The keyboard alone: Tab to get somewhere, Enter to press, the keys that the map promises."""

    screen: Mapping[str, Any] = {"viewport": {"width": 1280, "height": 900}}

    async def press(self, target: Locator) -> None:
        """Get there and press Enter."""
        await self._reach(target)
        await self.page.keyboard.press("Enter")

    async def write(self, field: Locator, text: str) -> None:
        """Get there and type over what is there; days and months are typed part by part."""
        await self._reach(field)
        if await field.get_attribute("type") == "date":
            await self._type_day(field, text)
        else:
            await self.page.keyboard.press("Control+a")
            await self.page.keyboard.type(text)
        assert await field.input_value() == text

    async def _type_day(self, field: Locator, text: str) -> None:
        """Type the parts of a day in the order in which this browser shows them."""
        year, month, day = text.split("-")
        for parts in (f"{day}{month}{year}", f"{month}{day}{year}"):
            await self.page.keyboard.type(parts)
            if await field.input_value() == text:
                return
            for _ in range(2):
                await self.page.keyboard.press("ArrowLeft")

    async def choose(self, field: Locator, label: str) -> None:
        """Get there and type the beginning of the label."""
        await self._reach(field)
        await self.page.keyboard.type(label)
        assert await field.locator("option:checked").text_content() == label

    async def go(self, link: Locator) -> None:
        """Press the keys that the map tells."""
        for key in (await link.get_attribute("data-key") or "").split():
            await self.page.keyboard.press(key)

    async def _reach(self, target: Locator) -> None:
        await target.wait_for()
        for _ in range(MOST_TABS):
            where = await target.evaluate(WHERE)
            if where == "here":
                return
            await self.page.keyboard.press("Tab" if where == "behind" else "Shift+Tab")
        raise AssertionError(f"no Tab leads to {target}")
