"""Databases for tests: one per service, migrated once, emptied after each test that used it."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeVar

import asyncpg

from deploy.suite.databases import (
    PostgresServer,
    ServiceDatabase,
    create_service_database,
)

Answer = TypeVar("Answer")
Migrate = Callable[[str, ServiceDatabase], Awaitable[None]]
Furnish = Callable[[ServiceDatabase], Awaitable[None]]

# Making a database from a template costs about 0.2 s, emptying one about 0.01 s: so databases are kept.
TABLES = """
SELECT format('%I.%I', n.nspname, c.relname) AS name,
       (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
ORDER BY 1
"""
SEQUENCES = """
SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
FROM pg_sequences WHERE last_value IS NOT NULL
"""
UNFINISHED = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
"""


@dataclass(frozen=True)
class KeptDatabase:
    """A migrated database and the statements that bring it back to how migrations left it."""

    addresses: ServiceDatabase
    emptying: str


class Databases:
    """The databases of one test process on one server."""

    def __init__(self, postgres: PostgresServer, migrate: Migrate | None = None) -> None:
        self.postgres = postgres
        self._migrate = migrate or migrate_service
        self._migrated: set[str] = set()
        self._kept: dict[str, KeptDatabase] = {}
        self._numbers = itertools.count(1)

    def kept(self, service: str, name: str | None = None, furnish: Furnish | None = None) -> ServiceDatabase:
        """Give the database of `service` that tests share one after the other: call `empty` when done.

        Another one, by another `name`, has besides what migrations leave what `furnish` adds to it once.
        """
        name = name or service
        if name not in self._kept:
            self._kept[name] = run_apart(self._make_kept(service, name, furnish))
        return self._kept[name].addresses

    def empty(self, name: str) -> None:
        """Bring a kept database back to how migrations, and what furnished it, left it."""
        run_apart(self._empty(name))

    def analyze(self, name: str) -> None:
        """Count what a kept database holds, as the server does within a minute, so that it plans for what is there."""
        run_apart(self._analyze(name))

    def unmigrated(self, service: str) -> tuple[str, ServiceDatabase]:
        """Make a new database of `service` with its roles and nothing in it, and give its name too."""
        name = f"{service}_{next(self._numbers)}"
        return name, run_apart(create_service_database(self.postgres, service, name))

    def copy(self, service: str) -> tuple[str, ServiceDatabase]:
        """Make a new migrated database of `service`, for tests that change its structure or need two."""
        self.kept(service)
        name = f"{service}_{next(self._numbers)}"
        return name, run_apart(self._copy(service, name))

    def drop(self, name: str) -> None:
        """Drop a database, whoever is connected to it."""
        run_apart(self._on_server(f'DROP DATABASE "{name}" WITH (FORCE)'))

    async def _make_kept(self, service: str, name: str, furnish: Furnish | None) -> KeptDatabase:
        if service not in self._migrated:
            template = await create_service_database(self.postgres, service, f"{service}_template")
            await self._migrate(service, template)
            self._migrated.add(service)
        addresses = await self._copy(service, name)
        if furnish:
            await furnish(addresses)
        connection = await self._connect(name)
        try:
            return KeptDatabase(addresses, await _remember(connection))
        finally:
            await connection.close()

    async def _copy(self, service: str, name: str) -> ServiceDatabase:
        await self._on_server(f'CREATE DATABASE "{name}" TEMPLATE "{service}_template" OWNER "{service}_owner"')
        return await create_service_database(self.postgres, service, name)

    async def _empty(self, name: str) -> None:
        connection = await self._connect(name)
        try:
            await connection.execute(UNFINISHED)
            await connection.execute(self._kept[name].emptying)
            await connection.execute(SEQUENCES)
        finally:
            await connection.close()

    async def _analyze(self, name: str) -> None:
        connection = await self._connect(name)
        try:
            await connection.execute("ANALYZE")
        finally:
            await connection.close()

    async def _on_server(self, statement: str) -> None:
        connection = await self._connect("postgres")
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def _connect(self, database: str) -> asyncpg.Connection:
        return await asyncpg.connect(self.postgres.superuser_dsn(database).replace("+asyncpg", "", 1))


async def migrate_service(service: str, database: ServiceDatabase) -> None:
    """Bring an empty database to the latest structure of `service`."""
    descriptor = import_module(f"services.{service}.service").service
    await import_module("shared.migrations").upgrade(descriptor.schema, database.owner_url, app_role=f"{service}_app")


async def _remember(connection: asyncpg.Connection) -> str:
    """Give the statements that restore every table to the rows it has now."""
    statements = ["SET lock_timeout = '5s'", "SET session_replication_role = replica"]
    for name, columns in await connection.fetch(TABLES):
        statements.append(f"DELETE FROM {name}")
        rows = await connection.fetchval(f"SELECT quote_literal(jsonb_agg(to_jsonb(t))) FROM {name} t")
        if rows is not None:
            statements.append(
                f"INSERT INTO {name} ({columns}) OVERRIDING SYSTEM VALUE "
                f"SELECT {columns} FROM jsonb_populate_recordset(NULL::{name}, {rows})"
            )
    return ";\n".join(statements)


def run_apart(work: Coroutine[Any, Any, Answer]) -> Answer:
    """Run `work` in a thread with a loop of its own, from fixtures inside and outside a running loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
