"""A service with an inbox that operators look after."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import text

from services.crm.service import service
from shared.actor import Actor, Role
from shared.clock import wall_clock
from shared.database import Database, connect
from shared.jobs import Runner
from shared.messaging.inbox import Delivery
from shared.work import begin
from tests.conftest import DatabaseFactory
from tests.support.api import MERIDIAN, Api, api
from tests.support.operations import a_person, drained, inbox_of

CONSUMER = "crm.remember_person"


@dataclass(frozen=True)
class Crm:
    """The crm, its interface, and what a test does and asks behind it."""

    database: Database
    api: Api

    def admin(self, subject: str = "olga", tenant: UUID = MERIDIAN) -> httpx2.AsyncClient:
        """An administrator."""
        return self.api.as_(Role.ADMINISTRATOR, subject=subject, tenant=tenant)

    async def arrive(self, *deliveries: Delivery) -> list[UUID]:
        """Let messages arrive and everything run that is due; gives their ids."""
        await inbox_of(self.database).accept(deliveries)
        await drained(self.database)
        return [UUID(str(one.message_id)) for one in deliveries]

    async def run_jobs(self) -> None:
        """Let the jobs of operations run until none is left."""
        kinds = tuple(kind for kind in service.all_jobs if kind.name.startswith("operations."))
        runner = Runner(self.database, kinds, wall_clock)
        while await self.value("select count(*) from msg.job where state in ('queued', 'running')"):
            await runner.step()

    async def rows(self, statement: str, **values: Any) -> Sequence[Any]:
        """What the database finds."""
        async with self.database.engine.begin() as connection:
            return (await connection.execute(text(statement), values)).all()

    async def value(self, statement: str, **values: Any) -> Any:
        """The one value that the database finds."""
        return (await self.rows(statement, **values))[0][0]

    async def as_tenant(self, statement: str, **values: Any) -> Sequence[Any]:
        """What the database finds among the rows of MERIDIAN."""
        async with self.database.engine.begin() as connection:
            await connection.execute(text("select set_config('app.tenant', :tenant, true)"), {"tenant": str(MERIDIAN)})
            return (await connection.execute(text(statement), values)).all()

    async def names(self) -> list[str]:
        """The people that the crm has heard of."""
        return [row.name for row in await self.as_tenant("select name from subjects order by name")]

    async def announce_something(self) -> None:
        """Have an event wait to be sent."""
        async with begin(self.database, Actor("olga", MERIDIAN), wall_clock()) as work:
            work.publish(a_person())

    async def status_of(self, event_id: UUID) -> str:
        """Where a message stands."""
        found: str = await self.value("select status from msg.inbox where event_id = :id", id=event_id)
        return found


@pytest.fixture
async def crm(service_database: DatabaseFactory) -> AsyncIterator[Crm]:
    """Give the crm over an empty database."""
    database = connect("crm", service_database("crm").app_url)
    yield Crm(database, api(service, database))
    await database.engine.dispose()
