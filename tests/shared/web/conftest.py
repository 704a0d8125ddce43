"""The probe's database and its HTTP interface."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from deploy.suite.databases import ServiceDatabase
from deploy.suite.postgres import EmbeddedPostgres
from shared.database import Database, connect
from tests.shared.web.probe import Probe, make_tables
from tests.support.api import Api, api
from tests.support.databases import Databases, run_apart

EVERYTHING = " union all ".join(f"select to_jsonb(t) from {t} t" for t in ("notes", "idempotency", "audit"))
StateHash = Callable[[], Awaitable[str]]
Insider = asyncpg.Connection


@pytest.fixture(scope="session")
def probe_addresses(databases: Databases) -> Iterator[tuple[str, ServiceDatabase]]:
    """The probe's database, made once."""
    name, addresses = databases.unmigrated("probe")
    run_apart(make_tables(addresses))
    yield name, addresses
    databases.drop(name)


@pytest.fixture
async def insider(postgres: EmbeddedPostgres, probe_addresses: tuple[str, ServiceDatabase]) -> AsyncIterator[Insider]:
    """A connection that sees every tenant's rows; leaves the tables empty."""
    dsn = postgres.superuser_dsn(probe_addresses[0]).replace("+asyncpg", "", 1)
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
        await connection.execute("truncate notes, idempotency, audit")
    finally:
        await connection.close()


@pytest.fixture
async def database(probe_addresses: tuple[str, ServiceDatabase], insider: Insider) -> AsyncIterator[Database]:
    """The probe's database as its app role sees it."""
    opened = connect("probe", probe_addresses[1].app_url)
    yield opened
    await opened.engine.dispose()


@pytest.fixture
def probe(database: Database) -> Api:
    """The probe over HTTP."""
    return api(Probe(), database)


@pytest.fixture
def state(insider: Insider) -> StateHash:
    """A hash of every row of every tenant: equal before and after means that nothing was changed."""

    async def hash_of_all() -> str:
        rows = sorted(str(tuple(row)) for row in await insider.fetch(EVERYTHING))
        return hashlib.sha256("\n".join(rows).encode()).hexdigest()

    return hash_of_all


def note(title: str = "a note", **more: Any) -> dict[str, Any]:
    """A note as a caller sends it."""
    return {"title": title, "worth": "10.00", **more}


def path(note_id: UUID) -> str:
    """The address of a note."""
    return f"/notes/{note_id}"
