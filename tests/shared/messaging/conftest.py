"""Two services' databases, emptied between tests."""

from collections.abc import AsyncIterator, Iterator

import pytest

from deploy.suite.databases import ServiceDatabase, create_service_database
from deploy.suite.postgres import EmbeddedPostgres
from shared.database import Database, connect
from shared.messaging.schema import CLOCK
from tests.shared.messaging.probe import Reader, as_owner, prepare
from tests.support.databases import run_apart

EMPTY = (
    "truncate msg.outbox, msg.outbox_parked, msg.event_log, msg.inbox, msg.inbox_run, effects, things restart identity",
    "update msg.outbox_lane set paused = false, last_run = 'epoch'",
    CLOCK.replace("create function", "create or replace function"),
)


@pytest.fixture(scope="session")
def writer_addresses(postgres: EmbeddedPostgres) -> ServiceDatabase:
    """The writing service's database."""
    return _prepared(postgres, "writer")


@pytest.fixture(scope="session")
def reader_addresses(postgres: EmbeddedPostgres) -> ServiceDatabase:
    """The reading service's database."""
    return _prepared(postgres, "reader")


def _prepared(postgres: EmbeddedPostgres, service: str) -> ServiceDatabase:
    addresses = run_apart(create_service_database(postgres, service))
    run_apart(prepare(addresses, f"{service}_app"))
    return addresses


@pytest.fixture(autouse=True)
def _emptied(writer_addresses: ServiceDatabase, reader_addresses: ServiceDatabase) -> Iterator[None]:
    yield
    for addresses in (writer_addresses, reader_addresses):
        run_apart(as_owner(addresses, *EMPTY))


@pytest.fixture
async def writer_database(writer_addresses: ServiceDatabase) -> AsyncIterator[Database]:
    """The writing service's database, as its app role."""
    database = connect("writer", writer_addresses.app_url)
    yield database
    await database.engine.dispose()


@pytest.fixture
async def reader_database(reader_addresses: ServiceDatabase) -> AsyncIterator[Database]:
    """The reading service's database, as its app role."""
    database = connect("reader", reader_addresses.app_url)
    yield database
    await database.engine.dispose()


@pytest.fixture
def reader() -> Reader:
    """The reading service."""
    return Reader()
