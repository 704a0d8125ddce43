"""The story of the firm for tests: everybody logs in and lives through it, whoever serves them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2

from deploy.suite import tour
from deploy.suite.calendar import Dates
from deploy.suite.desk import Desk, Desks
from deploy.suite.founding import found
from deploy.suite.issuer.client import client_credentials, log_in
from deploy.suite.people import COLLEAGUES, ERP_CLIENT, ERP_SECRET, PASSWORD
from shared.clock import wall_clock
from shared.telemetry import Telemetry

# Worked out by hand: 37 h of the week (the corrected day has 7 h) at 150.00 and 2 h of preparation at 120.00; the fee.
NETS = ("5790.00", "12000.00")


@asynccontextmanager
async def at_their_desks(transport: httpx2.AsyncBaseTransport) -> AsyncIterator[tuple[Desks, Desk]]:
    """Everybody of the firm logged in by way of `transport`, and the ERP with its own credentials."""
    async with httpx2.AsyncClient(base_url="http://suite.test", transport=transport, timeout=60) as http:
        people = {each.login: Desk(http, (await log_in(http, each.login, PASSWORD)).access_token) for each in COLLEAGUES}
        erp = await client_credentials(http, ERP_CLIENT, ERP_SECRET)
        yield people, Desk(http, erp.access_token)


async def told(desks: Desks, erp: Desk, watched: Telemetry) -> tour.Played:
    """Found the firm, then tell the story under one span: from two deals to a sealed and acknowledged batch."""
    dates = Dates(wall_clock().date())
    await found(desks, since=dates.monday.replace(year=dates.monday.year - 1, month=1, day=1))
    return await tour.tell(desks, erp, dates, watched, say=print)
