"""The servers for tests are ours, survive what tests do to them, and leave nothing behind."""

import socket
import subprocess
from pathlib import Path

import aio_pika
import asyncpg
import psutil
import pytest

from deploy.suite.postgres import EmbeddedPostgres
from tests.support.databases import Databases
from tests.support.postgres import killed_suite, throwaway_postgres, value
from tests.support.processes import free_ports
from tests.support.rabbitmq import Broker
from tests.support.slots import slot


async def test_a_durable_message_outlives_the_broker(broker: Broker) -> None:
    address = broker.fresh_url()
    async with await aio_pika.connect(address) as connection:
        channel = await connection.channel()
        await channel.declare_queue("kept", durable=True)
        message = aio_pika.Message(b"still here", delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(message, routing_key="kept")

    broker.kill()
    with pytest.raises(OSError):
        await aio_pika.connect(broker.url)
    broker.start()

    async with await aio_pika.connect(address) as connection:
        queue = await (await connection.channel()).get_queue("kept")
        received = await queue.get()
        assert received.body == b"still here"
        await received.ack()


def test_two_processes_never_share_a_slot() -> None:
    with slot("rehearsal") as first, slot("rehearsal") as second:
        assert first != second


def test_a_released_slot_is_used_again() -> None:
    with slot("rehearsal") as first:
        pass
    with slot("rehearsal") as second:
        assert first == second


def test_free_ports_are_free_and_different() -> None:
    ports = free_ports(3)

    assert len(set(ports)) == 3
    for port in ports:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", port))


async def test_what_a_killed_run_left_is_gone_in_the_next() -> None:
    with slot("rehearsal") as directory:
        left = killed_suite(directory, "CREATE TABLE remains ()")
        assert psutil.pid_exists(left)

        with throwaway_postgres(directory) as server:
            assert await value(server, "SELECT to_regclass('remains')") is None
            assert server.pid != left


async def test_the_systems_postgresql_serves_as_well(system_postgres: EmbeddedPostgres) -> None:
    name, database = Databases(system_postgres).unmigrated("crm")
    connection = await asyncpg.connect(database.app_url.replace("+asyncpg", "", 1))

    assert await connection.fetchval("SELECT current_database()") == name
    await connection.close()


def test_the_judges_of_the_books_are_there(hledger: Path, ledger: Path) -> None:
    for judge in (hledger, ledger):
        said = subprocess.run([judge, "--version"], capture_output=True, text=True, check=True)
        assert judge.name in said.stdout.lower()


def test_sample_data_is_there_when_it_is_named(sample_data: Path) -> None:
    assert list(sample_data.iterdir())
