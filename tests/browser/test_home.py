"""The first page in a browser: one list of what waits in all services, which can be narrowed."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.test_every_page import PHONE, SLIDES, Firm, firm

__all__ = ["firm"]
pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.long]


async def test_what_waits_in_all_services_is_one_list_by_urgency(firm: Firm) -> None:
    async with firm.reader("delivery", "light") as (tab, witness):
        await tab.goto("/home")
        await expect(tab.locator(".skeleton:visible")).to_have_count(0)
        rows = tab.locator(".needs > li")
        shown = await rows.evaluate_all("rows => rows.map(({dataset}) => [dataset.urgency, dataset.kind])")
        services = await rows.locator("a").evaluate_all("links => links.map(link => link.pathname.split('/')[1])")

        assert [urgency for urgency, _ in shown] == sorted(urgency for urgency, _ in shown)
        assert len(set(services)) > 1
        assert len(await tab.locator(".need-kind:visible").all()) == len({kind for _, kind in shown})

        await tab.locator(".need-kind:visible").last.click()
        await expect(rows).not_to_have_count(len(shown))
        await tab.locator(".need-kind[aria-pressed=true]").click()
        await expect(rows).to_have_count(len(shown))

        await tab.set_viewport_size({"width": PHONE, "height": 844})
        assert not await tab.evaluate(SLIDES)
        await rows.locator("a").first.click()
        await expect(tab).not_to_have_url("/home")
        assert witness.faults == []
