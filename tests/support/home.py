"""A service's database in which another tenant lives already: whatever a test does, its rows stay as they were."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID

from sqlalchemy import text

from deploy.suite.databases import ServiceDatabase
from shared.actor import the_service
from shared.clock import wall_clock
from shared.database import Database, connect
from shared.service import Service
from shared.work import begin
from tests.support.databases import Databases

Plant = Callable[[Database], Awaitable[None]]


class Home:
    """The database of `service` where the tenant `canary` has what `plant` gave it, once for all tests."""

    def __init__(self, databases: Databases, service: Service, canary: UUID, plant: Plant) -> None:
        self._databases = databases
        self._service = service
        self._canary = canary
        self._plant = plant
        self._name = f"{service.name}_home"
        addresses = databases.kept(service.name, self._name, self._furnish)
        # One engine for all tests: it keeps what it compiled. Its connections end with the loop of each test.
        self._database = connect(service.name, addresses.app_url, pool_size=10)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Database]:
        """Give the database as the app role has it; fails if the canary's rows are not what they were."""
        try:
            yield replace(self._database, announced=asyncio.Event(), tenants=set())
            after = await digest(self._database, self._service, self._canary)
            assert after == self._before, "another tenant's rows were changed"
        finally:
            await self._database.engine.dispose()
            self._databases.empty(self._name)

    def analyze(self) -> None:
        """Let the server plan for as many rows as a test has made, as it does by itself within a minute."""
        self._databases.analyze(self._name)

    async def _furnish(self, addresses: ServiceDatabase) -> None:
        database = connect(self._service.name, addresses.app_url)
        await self._plant(database)
        async with database.engine.begin() as connection:
            await connection.exec_driver_sql("delete from msg.outbox")
        self._before = await digest(database, self._service, self._canary)
        await database.engine.dispose()


async def digest(
    database: Database, service: Service, tenant: UUID, *, without: Collection[str] = (), fields: Sequence[str] = ()
) -> dict[str, str]:
    """A digest of every row that the tenant has in each table, whatever their order, save some tables and fields."""
    rows = (
        "select '{0}', (select string_agg(row, ' ' order by row)"
        ' from (select cast(to_jsonb(t) - cast(:fields as text[]) as text) as row from "{0}" t) rows)'
    )
    tables = [rows.format(table) for table in service.schema.metadata.tables if table not in without]
    async with begin(database, the_service(service.name, tenant), wall_clock()) as work:
        found = await work.session.execute(text(" union all ".join(tables)), {"fields": list(fields)})
        return {table: hashlib.sha256((said or "").encode()).hexdigest() for table, said in found}
