"""The probe's database and its HTTP interface."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.database import Database, connect
from shared.messaging import schema as messaging
from shared.migrations import secure
from tests.shared.audit.probe import Probe, schema
from tests.support.api import Api, api
from tests.support.databases import Databases


@pytest.fixture
async def database(databases: Databases) -> AsyncIterator[Database]:
    """Give the probe's database."""
    name, addresses = databases.unmigrated("probe")
    owner = create_async_engine(addresses.owner_url)
    async with owner.begin() as connection:
        await connection.run_sync(messaging.create)
        await connection.execute(text("create table alembic_version (version_num text)"))
        await connection.run_sync(schema.metadata.create_all)
        for statement in secure(schema.metadata, "probe_app"):
            await connection.execute(text(statement))
    await owner.dispose()
    opened = connect("probe", addresses.app_url)
    yield opened
    await opened.engine.dispose()
    databases.drop(name)


@pytest.fixture
def probe(database: Database) -> Api:
    """Give the probe over HTTP."""
    return api(Probe(), database)
