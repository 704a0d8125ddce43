"""Crm over a real database, with another tenant's rows beside those of each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.crm.service import service
from shared.actor import Role
from shared.database import Database
from tests.support.api import Api, api
from tests.support.crm import CANARY, NOON, a_line, a_milestone_line, an_account, an_opportunity
from tests.support.databases import Databases
from tests.support.home import Home


@pytest.fixture(scope="session")
def home(databases: Databases) -> Home:
    """Give crm's database, where another tenant has rows already."""
    return Home(databases, service, CANARY, plant_canary)


@pytest.fixture
async def database(home: Home) -> AsyncIterator[Database]:
    """Connect to crm's database as its app role; what another tenant has in it must stay as it was."""
    async with home.open() as connected:
        yield connected


@pytest.fixture
def crm(database: Database) -> Api:
    """Serve crm at noon of MONDAY."""
    return serve(database)


def serve(database: Database) -> Api:
    """Give crm's HTTP interface at noon of MONDAY."""
    return api(service, database, clock=lambda: NOON)


async def plant_canary(database: Database) -> None:
    """Let another tenant have a deal with a milestone."""
    canary = serve(database).as_(Role.SALES_MANAGER, subject="canary", tenant=CANARY)
    account = await an_account(canary, name="Canary")
    deal = await an_opportunity(canary, account_id=account["id"])
    await a_line(canary, deal["id"], a_milestone_line())
