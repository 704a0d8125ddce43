"""Databases for tests start every test as migrations left them."""

from collections.abc import Iterator

import asyncpg
import pytest

from deploy.suite.databases import ServiceDatabase
from tests.support.databases import Databases
from tests.support.postgres import throwaway_postgres
from tests.support.slots import slot

TABLES = """
CREATE TABLE lane (
    number integer PRIMARY KEY, last bigint NOT NULL, twice bigint GENERATED ALWAYS AS (last * 2) STORED
);
INSERT INTO lane (number, last) VALUES (1, 0), (2, 0);
CREATE SEQUENCE invoice_number START 1000;
CREATE TABLE invoice (id integer PRIMARY KEY, number bigint DEFAULT nextval('invoice_number'));
CREATE TABLE line (invoice_id integer NOT NULL REFERENCES invoice);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
ALTER TABLE invoice FORCE ROW LEVEL SECURITY;
CREATE POLICY everybody ON invoice USING (current_setting('app.tenant', true) = 'meridian');
GRANT ALL ON ALL TABLES IN SCHEMA public TO rehearsal_app;
GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO rehearsal_app;
"""
WORK = """
SET app.tenant = 'meridian';
UPDATE lane SET last = 7 WHERE number = 1;
DELETE FROM lane WHERE number = 2;
INSERT INTO invoice (id) VALUES (1), (2);
INSERT INTO line VALUES (1);
"""


async def make_tables(_: str, database: ServiceDatabase) -> None:
    owner = await asyncpg.connect(_plain(database.owner_url))
    await owner.execute(TABLES)
    await owner.close()


@pytest.fixture(scope="module")
def rehearsed() -> Iterator[Databases]:
    with slot("rehearsal") as directory, throwaway_postgres(directory) as server:
        yield Databases(server, make_tables)


async def test_emptying_restores_what_migrations_left(rehearsed: Databases) -> None:
    address = _plain(rehearsed.kept("rehearsal").app_url)
    app = await asyncpg.connect(address)
    await app.execute(WORK)
    assert await app.fetchval("SELECT max(number) FROM invoice") == 1001
    await app.close()

    rehearsed.empty("rehearsal")

    app = await asyncpg.connect(address)
    await app.execute("SET app.tenant = 'meridian'")
    lanes = await app.fetch("SELECT number, last, twice FROM lane ORDER BY number")
    assert [tuple(lane) for lane in lanes] == [(1, 0, 0), (2, 0, 0)]
    assert await app.fetchval("SELECT count(*) FROM invoice") == 0
    assert await app.fetchval("SELECT count(*) FROM line") == 0
    assert await app.fetchval("SELECT nextval('invoice_number')") == 1000
    await app.close()


async def test_a_transaction_left_open_does_not_stop_the_emptying(rehearsed: Databases) -> None:
    forgetful = await asyncpg.connect(_plain(rehearsed.kept("rehearsal").app_url))
    await forgetful.execute("BEGIN; UPDATE lane SET last = 9")

    rehearsed.empty("rehearsal")

    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
        await forgetful.execute("COMMIT")


async def test_a_copy_is_a_database_of_its_own(rehearsed: Databases) -> None:
    name, copy = rehearsed.copy("rehearsal")
    owner = await asyncpg.connect(_plain(copy.owner_url))
    await owner.execute("DROP TABLE line")
    await owner.close()
    rehearsed.drop(name)

    kept = await asyncpg.connect(_plain(rehearsed.kept("rehearsal").app_url))
    assert await kept.fetchval("SELECT to_regclass('line')") == "line"
    await kept.close()


def _plain(address: str) -> str:
    return address.replace("+asyncpg", "", 1)
