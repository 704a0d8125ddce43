"""One suite of all services and one browser, for all tests here."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest_asyncio
from playwright.async_api import expect

from deploy.suite import tour
from deploy.suite.calendar import Dates
from deploy.suite.desk import at_their_desks
from shared import telemetry
from shared.clock import wall_clock
from tests.browser.stage import PATIENCE_MILLISECONDS, Stage
from tests.support.browser import chromium
from tests.support.embedded import embedded_program


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stage() -> AsyncIterator[Stage]:
    """The suite with a firm that has lived through the story of the tour, and a browser."""
    dates = Dates(wall_clock().date())
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    with embedded_program() as suite:
        async with httpx2.AsyncClient(base_url=suite.url, timeout=60) as http:
            desks, erp = await at_their_desks(http)
            await tour.play(desks, erp, dates, telemetry.watch("tests"), lambda _: None)
        async with chromium() as browser:
            yield Stage(suite.url, browser, dates, suite.directory)
