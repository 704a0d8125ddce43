"""One scene per service in which every address has something to be about, and a digest of everything it is made of."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import httpx2

from shared.actor import Role
from shared.database import Database, connect
from shared.ids import new_id
from tests.api.operations import Operation, operations_of
from tests.api.stories import STORIES, STRANGERS, Story
from tests.support import operations
from tests.support.api import MERIDIAN
from tests.support.databases import Databases
from tests.support.traces import a_kept_trace

EVERY_ROLE = tuple(Role)
TABLES = """
select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname in ('public', 'msg') order by 1
"""

A_JOB = (
    "insert into msg.job (tenant_id, id, kind, started_by, payload, state)"
    " values ($1, $2, 'operations.replay', $3, '{}', 'done') returning id"
)


@dataclass(frozen=True)
class Scene:
    """A service with a story, and what its addresses need of it."""

    database: Database
    story: Story
    known: Mapping[str, str]
    """The values by which MERIDIAN's records are found, by the name that parameters and fields give them."""
    inside: asyncpg.Connection

    @property
    def operations(self) -> list[Operation]:
        """Every operation of the service."""
        return operations_of(self.story.api.app)

    def unknown(self) -> dict[str, str]:
        """The same names with values of the same form, by which nothing is found."""
        return {name: _another(value) for name, value in self.known.items()}

    @property
    def insider(self) -> httpx2.AsyncClient:
        """Whoever did all this in MERIDIAN, with every role."""
        return self.story.api.as_(*EVERY_ROLE, subject=self.story.insider)

    @property
    def strangers(self) -> Sequence[httpx2.AsyncClient]:
        """Two people of other tenants that are alike, with every role and the same log-in."""
        return [self.story.api.as_(*EVERY_ROLE, subject=self.story.insider, tenant=tenant) for tenant in STRANGERS]

    def request(self, operation: Operation, known: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The request for `operation` that speaks of MERIDIAN's records, or of what is `known` instead."""
        bodies = {**operations.BODIES, **self.story.bodies}
        return operation.request(self.known if known is None else known, bodies.get(str(operation)))

    async def digest(self, *, tenant: UUID | None = None) -> dict[str, str]:
        """A digest of every row in each table, whoever's it is, or of those of one tenant."""
        return await digest_of(self.inside, tenant)


@asynccontextmanager
async def a_scene(service: str, databases: Databases, url: str) -> AsyncIterator[Scene]:
    """Let the story of a service happen in its empty database at `url`."""
    database = connect(service, url, pool_size=5)
    inside = await inside_of(databases, service)
    try:
        story = await STORIES[service](database)
        parked = await operations.a_parked_message(database, story.api)
        job = str(await inside.fetchval(A_JOB, MERIDIAN, new_id(), story.insider))
        trace = await a_kept_trace(database, MERIDIAN)
        found = {**parked, "trace_id": trace, "job_id": job, **await _found(story, inside)}
        yield Scene(database, story, {**story.named, **found}, inside)
    finally:
        await inside.close()
        await database.engine.dispose()


async def inside_of(databases: Databases, service: str) -> asyncpg.Connection:
    """Look into a service's database as the superuser, who sees every tenant's rows."""
    return await asyncpg.connect(databases.postgres.superuser_dsn(service).replace("+asyncpg", "", 1))


async def digest_of(inside: asyncpg.Connection, tenant: UUID | None = None) -> dict[str, str]:
    """A digest of every row in each table of a database, or of those of one tenant."""
    theirs = f"where to_jsonb(t) ->> 'tenant_id' = '{tenant}'" if tenant else ""
    rows = "select '{0}', (select string_agg(t::text, ' ' order by t::text) from {0} t {1})"
    tables = [rows.format(row[0], theirs) for row in await inside.fetch(TABLES)]
    found = await inside.fetch(" union all ".join(tables))
    return {name: hashlib.sha256((said or "").encode()).hexdigest() for name, said in found}


async def _found(story: Story, inside: asyncpg.Connection) -> dict[str, str]:
    found = {}
    for name, place in story.places.items():
        table, _, column = place.rpartition(".")
        rows = f"select {column} from {table} where tenant_id = $1 order by 1 limit 1"
        found[name] = str(await inside.fetchval(rows, MERIDIAN))
    return found


def _another(value: str) -> str:
    try:
        UUID(value)
    except ValueError:
        return value
    return str(new_id()) if "-" in value else new_id().hex
