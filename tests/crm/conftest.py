"""Crm over a real database, with another tenant's rows beside those of each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.crm.service import service
from shared.actor import Role
from shared.database import Database, connect
from tests.conftest import DatabaseFactory
from tests.support.api import Api, api
from tests.support.crm import CANARY, NOON, a_line, a_milestone_line, an_account, an_opportunity, digest


@pytest.fixture
async def database(service_database: DatabaseFactory) -> AsyncIterator[Database]:
    """Connect to crm's database as its app role; what another tenant has in it must stay as it was."""
    connected = connect("crm", service_database("crm").app_url, pool_size=5)
    await _plant_canary(connected)
    before = await digest(connected, CANARY)
    yield connected
    assert await digest(connected, CANARY) == before, "another tenant's rows were changed"
    await connected.engine.dispose()


@pytest.fixture
def crm(database: Database) -> Api:
    """Serve crm at noon of MONDAY."""
    return serve(database)


def serve(database: Database) -> Api:
    """Give crm's HTTP interface at noon of MONDAY."""
    return api(service, database, clock=lambda: NOON)


async def _plant_canary(database: Database) -> None:
    canary = serve(database).as_(Role.SALES_MANAGER, subject="canary", tenant=CANARY)
    account = await an_account(canary, name="Canary")
    deal = await an_opportunity(canary, account_id=account["id"])
    await a_line(canary, deal["id"], a_milestone_line())
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql("delete from msg.outbox")
