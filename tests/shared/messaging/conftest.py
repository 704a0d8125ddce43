"""Two services' databases, emptied between tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aio_pika
import pytest

from deploy.suite.databases import ServiceDatabase, create_service_database
from deploy.suite.postgres import EmbeddedPostgres
from shared.clock import wall_clock
from shared.database import Database, connect
from shared.messaging.drain import Drain
from shared.messaging.in_process import InProcess
from shared.messaging.inbox import Inbox
from shared.messaging.provisioning import EVENTS, UNCONSUMED, provision, queue_of
from shared.messaging.rabbitmq import RabbitMQ
from shared.messaging.schema import CLOCK
from shared.messaging.transport import Transport
from shared.telemetry import routing_key
from tests.shared.messaging.probe import Reader, Unheard, as_owner, prepare
from tests.shared.messaging.suite import Adversary, Suite
from tests.support.databases import run_apart
from tests.support.rabbitmq import Broker

EMPTY = (
    "truncate msg.outbox, msg.outbox_parked, msg.event_log, msg.inbox, msg.inbox_run, effects, things restart identity",
    "truncate msg.paused_consumer, msg.worker_report, msg.span, msg.job",
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


@pytest.fixture
async def writer_database(writer_addresses: ServiceDatabase) -> AsyncIterator[Database]:
    """The writing service's database, as its app role."""
    async with _emptied_after(writer_addresses, "writer") as database:
        yield database


@pytest.fixture
async def reader_database(reader_addresses: ServiceDatabase) -> AsyncIterator[Database]:
    """The reading service's database, as its app role."""
    async with _emptied_after(reader_addresses, "reader") as database:
        yield database


@asynccontextmanager
async def _emptied_after(addresses: ServiceDatabase, service: str) -> AsyncIterator[Database]:
    database = connect(service, addresses.app_url)
    yield database
    await database.engine.dispose()
    await as_owner(addresses, *EMPTY)


@pytest.fixture
def reader() -> Reader:
    """The reading service."""
    return Reader()


@pytest.fixture(scope="session")
def virtual_host(broker: Broker) -> str:
    """The address of a virtual host for these tests, with the queues of both services."""
    url = broker.fresh_url()
    run_apart(_provision(url))
    return url


@pytest.fixture
def broker_url(virtual_host: str) -> str:
    """That address, and nothing in its queues that an earlier test has left."""
    run_apart(_empty(virtual_host))
    return virtual_host


async def _provision(url: str) -> None:
    await provision(url, "writer", ())
    await provision(url, "reader", [Reader().reactions])
    async with await aio_pika.connect(url) as connection:
        nowhere = await (await connection.channel()).get_queue(UNCONSUMED)
        await nowhere.bind(EVENTS, routing_key(Unheard.type))  # as what the contracts of the product mark


async def _empty(url: str) -> None:
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        for service in ("writer", "reader"):
            await (await channel.get_queue(queue_of(service), ensure=False)).purge()


@pytest.fixture(params=["in process", "rabbitmq", "adversary"])
def transport(request: pytest.FixtureRequest) -> Transport:
    """Each way for events to travel."""
    return give_transport(request, request.param)


def give_transport(request: pytest.FixtureRequest, kind: str) -> Transport:
    """The transport of this `kind`."""
    if kind == "rabbitmq":
        return RabbitMQ(request.getfixturevalue("broker_url"))
    reader, database = request.getfixturevalue("reader"), request.getfixturevalue("reader_database")
    inner = InProcess([Inbox("reader", reader.reactions, database)])
    return Adversary(inner, seed=20260302) if kind == "adversary" else inner


@pytest.fixture
def suite(writer_database: Database, reader_database: Database, reader: Reader, transport: Transport) -> Suite:
    """Both services over each transport."""
    return Suite(writer_database, reader_database, reader, transport)


@pytest.fixture
def inbox(reader: Reader, reader_database: Database) -> Inbox:
    """The reading service's inbox, filled by hand."""
    return Inbox("reader", reader.reactions, reader_database)


@pytest.fixture
def drain(inbox: Inbox) -> Drain:
    """What runs the messages of the inbox."""
    return Drain(inbox, wall_clock)
