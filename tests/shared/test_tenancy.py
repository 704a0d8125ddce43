"""Tenancy is the database's own: no table, no key, no pooled connection lets one tenant see another's rows."""

from collections.abc import AsyncIterator, Awaitable, Callable
from importlib import import_module
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import Table

from deploy.suite.databases import ServiceDatabase
from deploy.suite.postgres import EmbeddedPostgres
from shared.actor import the_service
from shared.clock import wall_clock
from shared.database import Database, connect
from shared.ids import new_id
from shared.work import begin
from tests.support.databases import Databases

SERVICES = ("crm", "delivery", "resourcing", "billing")
DatabaseFactory = Callable[[str], ServiceDatabase]
Look = Callable[[str], Awaitable[asyncpg.Connection]]

TABLES = """
select c.relname, c.relrowsecurity, c.relforcerowsecurity,
       exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id') as has_tenant,
       (select count(*) from pg_policy p where p.polrelid = c.oid and p.polqual is not null
                                           and p.polwithcheck is not null) as policies,
       pg_get_userbyid(c.relowner) as owner
from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
                  and c.relname <> 'alembic_version'
"""
UNIQUE = """
select i.indexrelid::regclass::text as name, a.attname as first
from pg_index i join pg_class c on c.oid = i.indrelid
join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
where c.relnamespace = 'public'::regnamespace and i.indisunique and c.relname <> 'alembic_version'
"""
FOREIGN = """
select conname, (select array_agg(a.attname order by k.ord) from unnest(conkey) with ordinality as k (num, ord)
                 join pg_attribute a on a.attrelid = conrelid and a.attnum = k.num) as columns
from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace
"""
FLOATS = """
select table_name, column_name from information_schema.columns
where table_schema in ('public', 'msg') and data_type in ('real', 'double precision', 'money')
"""
LOOPHOLES = """
select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('v', 'm')
union all
select proname from pg_proc where prosecdef and pronamespace in ('public'::regnamespace, 'msg'::regnamespace)
"""
HARMLESS = {"maintain"}  # makes and drops partitions of messages, takes nothing and tells nothing
ROLE = "select rolsuper, rolbypassrls from pg_roles where rolname = $1"
MEMBERSHIPS = "select count(*) from pg_auth_members where member = $1::regrole"


@pytest.fixture
async def inside(postgres: EmbeddedPostgres, databases: Databases) -> AsyncIterator[Look]:
    """Look into a service's database as the superuser."""
    opened: list[asyncpg.Connection] = []

    async def look(service: str) -> asyncpg.Connection:
        databases.kept(service)
        connection = await asyncpg.connect(postgres.superuser_dsn(service).replace("+asyncpg", "", 1))
        opened.append(connection)
        return connection

    yield look
    for connection in opened:
        await connection.close()


@pytest.mark.parametrize("service", SERVICES)
async def test_every_table_is_forced_to_show_a_tenant_its_own_rows_only(service: str, inside: Look) -> None:
    tables = await (await inside(service)).fetch(TABLES)

    assert len(tables) > 5
    for table in tables:
        assert table["has_tenant"], f"{table['relname']} has no tenant"
        assert table["relrowsecurity"], f"{table['relname']} has no row-level security"
        assert table["relforcerowsecurity"], f"{table['relname']} does not force row-level security"
        assert table["policies"] == 1, f"{table['relname']} has {table['policies']} policies"
        assert table["owner"] == f"{service}_owner"


@pytest.mark.parametrize("service", SERVICES)
async def test_the_tenant_leads_every_key(service: str, inside: Look) -> None:
    connection = await inside(service)

    for index in await connection.fetch(UNIQUE):
        assert index["first"] == "tenant_id", f"{index['name']} lets tenants learn of each other"
    for reference in await connection.fetch(FOREIGN):
        assert reference["columns"][0] == "tenant_id", f"{reference['conname']} can reach another tenant"


@pytest.mark.parametrize("service", SERVICES)
async def test_the_service_cannot_go_round_the_policies(service: str, inside: Look) -> None:
    connection = await inside(service)

    assert [tuple(role) for role in await connection.fetch(ROLE, f"{service}_app")] == [(False, False)]
    assert await connection.fetchval(MEMBERSHIPS, f"{service}_app") == 0
    assert {loophole["relname"] for loophole in await connection.fetch(LOOPHOLES)} <= HARMLESS


@pytest.mark.parametrize("service", SERVICES)
async def test_rows_that_must_stay_cannot_be_changed_by_the_service(service: str, inside: Look) -> None:
    connection = await inside(service)
    kept = [table for table in _tables(service) if table.info["append_only"]]

    assert kept
    for table in kept:
        for right in ("update", "delete", "truncate"):
            assert not await connection.fetchval(
                "select has_table_privilege($1, $2, $3)", f"{service}_app", table.name, right
            ), f"the service may {right} {table.name}"


@pytest.mark.parametrize("service", SERVICES)
async def test_no_column_is_a_float(service: str, inside: Look) -> None:
    assert await (await inside(service)).fetch(FLOATS) == []


@pytest.mark.parametrize("service", SERVICES)
async def test_a_pooled_connection_carries_no_tenant_over(service: str, service_database: DatabaseFactory) -> None:
    database = connect(service, service_database(service).app_url, pool_size=1)
    person, tenant = new_id(), new_id()
    async with begin(database, the_service("test", tenant), wall_clock()) as work:
        await (await work.session.connection()).exec_driver_sql(
            "insert into subjects (person_id, subject, name, sequence) values ($1, 'anna', 'Anna', 1)", (person,)
        )

    assert await _names(database, tenant) == ["Anna"]
    async with database.engine.connect() as bare:  # right after a tenant that has rows
        assert (await bare.exec_driver_sql("select name from subjects")).all() == []
    assert await _names(database, new_id()) == []
    await database.engine.dispose()


@pytest.mark.parametrize("service", SERVICES)
async def test_nobody_writes_a_row_for_another_tenant(service: str, service_database: DatabaseFactory) -> None:
    database = connect(service, service_database(service).app_url, pool_size=1)
    statement = "insert into subjects (tenant_id, person_id, name, sequence) values ($1, $2, 'Eve', 1)"

    with pytest.raises(Exception, match="row-level security"):
        async with begin(database, the_service("test", new_id()), wall_clock()) as work:
            await (await work.session.connection()).exec_driver_sql(statement, (new_id(), new_id()))
    await database.engine.dispose()


async def _names(database: Database, tenant: UUID) -> list[str]:
    async with begin(database, the_service("test", tenant), wall_clock()) as work:
        found = await (await work.session.connection()).exec_driver_sql("select name from subjects")
        return [row.name for row in found]


def _tables(service: str) -> list[Table]:
    return list(import_module(f"services.{service}.service").service.schema.metadata.sorted_tables)
