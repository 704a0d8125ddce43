"""Billing over a real database, with another tenant's rows beside those of each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.billing.service import service
from shared.database import Database
from tests.support.api import api
from tests.support.billing import (
    CANARY,
    NOON,
    Billing,
    a_legal_entity,
    a_sale,
    a_time_line,
    a_timesheet,
    an_entry,
)
from tests.support.databases import Databases
from tests.support.home import Home


@pytest.fixture(scope="session")
def home(databases: Databases) -> Home:
    """Give billing's database, where another tenant has rows already."""
    return Home(databases, service, CANARY, plant_canary)


@pytest.fixture
async def bare_billing(home: Home) -> AsyncIterator[Billing]:
    """Serve billing at noon of the last day of March; what another tenant has in it must stay as it was."""
    async with home.open() as database:
        yield serve(database)


@pytest.fixture
async def billing(bare_billing: Billing) -> Billing:
    """Serve billing with one firm of ours that sells."""
    await a_legal_entity(bare_billing)
    return bare_billing


def serve(database: Database) -> Billing:
    """Give billing at noon of the last day of March."""
    return Billing(database, api(service, database, clock=lambda: NOON))


async def plant_canary(database: Database) -> None:
    """Let another tenant sell an hour and have it worked."""
    billing = serve(database)
    await a_legal_entity(billing, tenant=CANARY, code="CAN", name="Canary Ltd")
    line = a_time_line("66.66", role="Singer")
    sale = a_sale(line)
    await billing.sold(sale, tenant=CANARY)
    entry = an_entry(line.line_id, staffing_role="Singer")
    await billing.hear(a_timesheet(sale, entry), tenant=CANARY)
