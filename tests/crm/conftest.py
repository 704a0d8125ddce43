"""Fixtures of the tests of crm."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.crm.service import service
from shared.database import Database, connect
from tests.conftest import DatabaseFactory
from tests.support.api import Api, api
from tests.support.crm import NOON


@pytest.fixture
async def database(service_database: DatabaseFactory) -> AsyncIterator[Database]:
    """Connect to crm's database as its app role."""
    connected = connect("crm", service_database("crm").app_url, pool_size=5)
    yield connected
    await connected.engine.dispose()


@pytest.fixture
def crm(database: Database) -> Api:
    """Serve crm at noon of MONDAY."""
    return api(service, database, clock=lambda: NOON)
