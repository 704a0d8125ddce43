"""Fixtures that every test may use: real servers, and databases of the services."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.suite.databases import ServiceDatabase
from deploy.suite.postgres import EmbeddedPostgres
from tests.support.databases import Databases
from tests.support.postgres import system_postgres_programs, throwaway_postgres
from tests.support.programs import program
from tests.support.rabbitmq import Broker, throwaway_broker
from tests.support.slots import slot

DatabaseFactory = Callable[[str], ServiceDatabase]
os.environ["SECRETS_KEY"] = "5e" * 32  # for whoever reads or writes a secret in a test
LONGEST = {"journeys", "chaos", "broker"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a file's tests in one process, and all of the broker, or of the suite in a browser: they start slowly.

    What takes longest begins first, so that no process is left alone with it in the end.
    """
    for item in items:
        shared = [name for name in ("broker", "stage") if name in getattr(item, "fixturenames", ())]
        item.add_marker(pytest.mark.xdist_group(shared[0] if shared else str(item.path)))
    items.sort(key=lambda item: not (LONGEST & {*item.path.parts, *getattr(item, "fixturenames", ())}))


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """Run this test process's own PostgreSQL, the one from the Python environment."""
    with slot("postgres") as directory, throwaway_postgres(directory) as server:
        yield server


@pytest.fixture(scope="session")
def system_postgres() -> Iterator[EmbeddedPostgres]:
    """Run the system's PostgreSQL over a directory of our own; skips where none is installed."""
    programs = system_postgres_programs()
    if programs is None:
        pytest.skip("the system has no PostgreSQL: apt install postgresql")
    with slot("system-postgres") as directory, throwaway_postgres(directory, programs) as server:
        yield server


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    """Run this test process's own RabbitMQ; a test that kills it must start it again."""
    with slot("rabbitmq") as directory, throwaway_broker(directory) as node:
        yield node


@pytest.fixture(scope="session")
def databases(postgres: EmbeddedPostgres) -> Databases:
    """The services' databases on this test process's PostgreSQL."""
    return Databases(postgres)


@pytest.fixture
def service_database(databases: Databases) -> Iterator[DatabaseFactory]:
    """Give a service's migrated database, empty; one service has one database per test."""
    used: set[str] = set()

    def give(service: str) -> ServiceDatabase:
        used.add(service)
        return databases.kept(service)

    yield give
    for service in used:
        databases.empty(service)


@pytest.fixture
def fresh_database(databases: Databases) -> Iterator[DatabaseFactory]:
    """Give a new migrated database of a service, for tests that change its structure; dropped afterwards."""
    made: list[str] = []

    def give(service: str) -> ServiceDatabase:
        name, database = databases.copy(service)
        made.append(name)
        return database

    yield give
    for name in made:
        databases.drop(name)


@pytest.fixture
def unmigrated_database(databases: Databases) -> Iterator[DatabaseFactory]:
    """Give a new database of a service with its roles and nothing in it; dropped afterwards."""
    made: list[str] = []

    def give(service: str) -> ServiceDatabase:
        name, database = databases.unmigrated(service)
        made.append(name)
        return database

    yield give
    for name in made:
        databases.drop(name)


@pytest.fixture(scope="session")
def sample_data() -> Path:
    """Give the directory of the sample data; where SAMPLE_DATA is set, its absence is a failure."""
    named = os.environ.get("SAMPLE_DATA")
    if not named:
        pytest.skip("SAMPLE_DATA is not set: it names the directory of the sample data")
    directory = Path(named)
    assert directory.is_dir(), f"SAMPLE_DATA names {directory}, which is no directory"
    return directory


@pytest.fixture(scope="session")
def hledger() -> Path:
    """Find, or install, hledger."""
    return program("hledger", "hledger")


@pytest.fixture(scope="session")
def ledger() -> Path:
    """Find, or install, ledger."""
    return program("ledger", "ledger")
