"""A message that kills whoever receives it is put aside by the broker, and parked."""

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

import aio_pika
import pytest
from aio_pika.abc import AbstractIncomingMessage

from shared.ids import new_id
from shared.messaging.provisioning import DEAD_LETTERS, DELIVERIES_MAX, UNLIMITED, dead_queue_of, queue_of
from shared.messaging.rabbitmq import RabbitMQ
from shared.messaging.transport import Transport
from tests.shared.messaging.deliveries import a_delivery
from tests.shared.messaging.probe import Noted, effects_of
from tests.shared.messaging.suite import Suite, rows
from tests.shared.messaging.wire import a_channel, publish_raw
from tests.support.rabbitmq import Broker


@pytest.fixture
def transport(broker_url: str) -> Transport:
    """The broker alone."""
    return RabbitMQ(broker_url)


async def test_what_the_broker_put_aside_after_too_many_deliveries_is_parked_as_a_crash_loop(
    suite: Suite, broker_url: str
) -> None:
    delivery = a_delivery(Noted(thing_id=new_id(), number=1))
    headers: dict[str, Any] = dict(delivery.headers)
    async with a_channel(broker_url) as channel:
        exchange = await channel.get_exchange(DEAD_LETTERS)
        message = aio_pika.Message(delivery.body, headers=headers, message_id=delivery.message_id)
        await exchange.publish(message, queue_of("reader"))

    async with suite.at_work():
        await suite.until_all_is_done(1)

    (parked,) = await rows(suite.reader_database, "select * from msg.inbox")
    assert (parked.status, parked.error_type, parked.consumer) == ("parked", "crash_loop", "reader.write_down")
    assert parked.body == delivery.body


async def test_a_message_whose_receiver_dies_again_and_again_is_put_aside_by_the_broker_itself(
    suite: Suite, broker: Broker, broker_url: str
) -> None:
    thing, host = new_id(), urlsplit(broker_url).path.removeprefix("/")
    said = broker.rabbitmqctl("list_queues", "-p", host, "name", "arguments", "--formatter", "json")
    arguments = {one["name"]: {name: value for name, _, value in one["arguments"]} for one in json.loads(said)}
    assert arguments[queue_of("reader")] == {
        "x-queue-type": "quorum",
        "x-delivery-limit": DELIVERIES_MAX,
        "x-dead-letter-exchange": DEAD_LETTERS,
        "x-dead-letter-routing-key": queue_of("reader"),
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }
    assert arguments[dead_queue_of("reader")] == {"x-queue-type": "quorum", "x-delivery-limit": UNLIMITED}
    delivery = a_delivery(Noted(thing_id=thing, number=1))
    await publish_raw(broker_url, delivery)

    for _ in range(DELIVERIES_MAX + 1):
        await receive_and_die(broker_url)
    await publish_raw(broker_url, a_delivery(Noted(thing_id=thing, number=2), sequence=2))
    async with suite.at_work():
        await suite.until_all_is_done(2)

    (parked,) = await rows(suite.reader_database, "select * from msg.inbox where status = 'parked'")
    assert (parked.error_type, parked.consumer, parked.body) == ("crash_loop", "reader.write_down", delivery.body)
    assert await effects_of(suite.reader_database) == [(thing, 2)]


async def receive_and_die(url: str) -> None:
    """Take the one message there is, and have the connection end without an answer."""
    connection = await aio_pika.connect(url)
    queue = await (await connection.channel()).get_queue(queue_of("reader"))
    taken: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
    await queue.consume(taken.put)
    await asyncio.wait_for(taken.get(), 30)
    await connection.close()
