"""Somebody logs in, finds an account by keyboard, sees it change by itself, changes it and logs out: in a browser."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from contextlib import suppress

import httpx2
import pytest
from playwright.async_api import Page, expect

from deploy.suite.issuer.issuer import Issuer
from deploy.suite.members import SERVICES
from shared.ids import new_id
from shared.pages.live import tell
from shared.service import Service
from tests.shared.pages.conftest import PASSWORD, Suite
from tests.support.browser import Witness, barriers, chromium, serving
from tests.support.crm import an_account_body
from tests.support.processes import free_ports


@pytest.fixture
def origin() -> str:
    """An address that a browser can reach."""
    return f"http://127.0.0.1:{free_ports(1)[0]}"


@pytest.fixture
def served() -> Sequence[Service]:
    """Every service, as the frame asks each of them."""
    return SERVICES


async def test_from_log_in_to_log_out(suite: Suite, issuer: Issuer, origin: str) -> None:
    telling = asyncio.create_task(tell(suite.databases["crm"]))
    token = {"authorization": f"Bearer {issuer.token_for('helen')}"}
    account = f"/crm/api/v1/accounts/{new_id()}"
    async with serving(suite.app, httpx2.URL(origin).port or 0), chromium() as browser:
        async with httpx2.AsyncClient(base_url=origin, headers=token) as api:
            assert (await api.put(account, json=an_account_body(name="Alpenglow"))).status_code == 201
            page = await browser.new_page()
            witness = Witness(origin)
            witness.watch(page)

            await _log_in(page, origin)
            await _find(page, "alpen", "Alpenglow")
            await expect(page.locator("#frame")).to_have_attribute("data-live", re.compile("crm"))
            changed = await api.patch(account, json={"name": "Alpenglow Nord"}, headers={"if-match": '"1"'})
            assert changed.status_code == 200
            await expect(page.get_by_role("heading", level=1)).to_have_text("Alpenglow Nord")
            assert await barriers(page) == []

            await _rename(page, "Alpenglow Süd")
            await page.locator("summary.me").click()
            await page.get_by_role("button", name="Log out").click()
            await expect(page.get_by_role("heading", level=1)).to_have_text("You are logged out")
            assert [one for one in witness.faults if "422" not in one] == []  # a refusal is what the form was sent for
    telling.cancel()
    with suppress(asyncio.CancelledError):
        await telling


async def _log_in(page: Page, origin: str) -> None:
    await page.goto(f"{origin}/home")
    await page.get_by_label("Name").fill("helen")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Helen")


async def _find(page: Page, words: str, name: str) -> None:
    """Open a record by the palette, with the keyboard alone."""
    await page.keyboard.press("Control+k")
    await page.keyboard.type(words)
    await expect(page.get_by_role("option", name=name)).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text(name)


async def _rename(page: Page, name: str) -> None:
    """Give the account another name, after a try with a country that there is not."""
    await page.get_by_role("link", name="Edit").click()
    await page.get_by_label("Name", exact=False).first.fill(name)
    await page.get_by_label("Country").fill("Germany")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_label("Country")).to_be_focused()
    await page.get_by_label("Country").fill("DE")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(name)
