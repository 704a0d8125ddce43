"""One database per service, with a role that owns it and a role that may only use it."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import asyncpg

PROVISIONING = 7_426_001  # any number, the same for everyone who provisions one server at the same time


class PostgresServer(Protocol):
    """What provisioning needs of a server, the embedded one or another."""

    def dsn(self, database: str, user: str, password: str) -> str:
        """Give the SQLAlchemy address of `database` for `user`."""

    def superuser_dsn(self, database: str = "postgres") -> str:
        """Give the superuser's address of `database`."""

    def password_of(self, role: str) -> str:
        """Give the password of `role`."""


@dataclass(frozen=True)
class ServiceDatabase:
    """The addresses of one service's database: the owner migrates, the app does everything else."""

    owner_url: str
    app_url: str


async def create_service_database(
    postgres: PostgresServer, service: str, database: str | None = None
) -> ServiceDatabase:
    """Have the database of `service` (named so unless `database` says otherwise) and its two roles.

    Calling it again changes nothing. Neither role is a superuser or may bypass row-level security, and the
    app is no member of the owner: in schema `public` it may look up names, and only migrations grant it more.
    """
    database = database or service
    _must_be_a_name(service)
    _must_be_a_name(database)
    owner, app = f"{service}_owner", f"{service}_app"
    async with _connected(postgres, "postgres") as server:
        await server.execute("SELECT pg_advisory_lock($1)", PROVISIONING)
        for role in (owner, app):
            await _have_role(server, role, postgres.password_of(role))
        if not await server.fetchval("SELECT count(*) FROM pg_database WHERE datname = $1", database):
            await server.execute(f'CREATE DATABASE "{database}" OWNER "{owner}"')
        await server.execute(f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC')
        await server.execute(f'GRANT CONNECT ON DATABASE "{database}" TO "{app}"')
        async with _connected(postgres, database) as inside:
            await inside.execute(f'ALTER SCHEMA public OWNER TO "{owner}"')
            await inside.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
            await inside.execute(f'GRANT USAGE ON SCHEMA public TO "{app}"')
    return service_database(postgres, service, database)


def service_database(postgres: PostgresServer, service: str, database: str | None = None) -> ServiceDatabase:
    """Give the addresses of a database that exists."""
    owner, app = f"{service}_owner", f"{service}_app"
    return ServiceDatabase(
        owner_url=postgres.dsn(database or service, owner, postgres.password_of(owner)),
        app_url=postgres.dsn(database or service, app, postgres.password_of(app)),
    )


async def _have_role(server: asyncpg.Connection, role: str, password: str) -> None:
    attributes = "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION"
    exists = await server.fetchval("SELECT count(*) FROM pg_roles WHERE rolname = $1", role)
    verb = "ALTER" if exists else "CREATE"
    await server.execute(f"{verb} ROLE \"{role}\" {attributes} PASSWORD '{password}'")


@asynccontextmanager
async def _connected(postgres: PostgresServer, database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(postgres.superuser_dsn(database).replace("+asyncpg", "", 1))
    try:
        yield connection
    finally:
        await connection.close()


def _must_be_a_name(name: str) -> None:
    """Refuse what could not stand in a statement as it is; raises ValueError."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,50}", name):
        raise ValueError(f"{name!r} is no name for a database: use lower-case letters, digits and _.")
