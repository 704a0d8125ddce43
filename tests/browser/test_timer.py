"""The timer of my week in a real browser: it ticks, survives a reload, and every press can be undone."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.test_every_page import Firm, firm

__all__ = ["firm"]
pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.long]


async def test_it_survives_a_reload_and_goes_on_when_its_end_is_undone(firm: Firm) -> None:
    async with firm.reader("delivery", "light") as (tab, witness):
        timer, said = tab.locator("tl-timer"), tab.locator(".toast-box")
        await tab.goto("/delivery/week")
        await expect(timer).to_have_text(re.compile(r"0:0\d:\d\d"))
        await tab.locator("#row-choice").select_option(index=2)
        await tab.get_by_role("button", name="Add", exact=True).click()
        typed = tab.locator("#week-rows input[data-hours]").first
        await typed.fill("2")

        await tab.get_by_role("button", name="Discard").click()
        await expect(said).to_contain_text("Nothing was recorded.")
        await expect(timer).to_have_count(0)
        await expect(tab.locator("#week-rows input[data-hours]").first).to_have_value("2")
        await said.get_by_role("button", name="Undo").click()
        await expect(timer).to_be_visible()

        await tab.reload()
        await expect(timer).to_be_visible()
        await tab.get_by_role("button", name=re.compile("Start the timer on")).first.click()
        await expect(timer).to_be_visible()
        assert witness.faults == []
