"""A real broker may die, forget its queues or be handed rubbish: no event is lost and none has two effects."""

import asyncio
import sys
from functools import partial
from typing import Any

import aio_pika
import pytest

from deploy.suite.databases import ServiceDatabase
from shared.database import Database
from shared.ids import new_id
from shared.messaging.inbox import Inbox
from shared.messaging.provisioning import EVENTS, provision, queue_of
from shared.messaging.rabbitmq import RabbitMQ
from shared.messaging.transport import Fault, Transport
from shared.messaging.worker import Worker
from tests.shared.messaging.deliveries import a_delivery, an_envelope, broken_ones
from tests.shared.messaging.probe import Noted, Reader, Unheard, announce, effects_of
from tests.shared.messaging.suite import Suite, eventually, rows, value
from tests.shared.messaging.wire import a_channel, publish_raw
from tests.support.rabbitmq import Broker


@pytest.fixture
def transport(broker_url: str) -> Transport:
    """The broker alone."""
    return RabbitMQ(broker_url)


async def test_rubbish_on_the_wire_is_parked_by_its_reason_and_its_neighbours_have_their_effect(
    suite: Suite, broker_url: str
) -> None:
    thing, broken = new_id(), broken_ones()
    await publish_raw(broker_url, a_delivery(Noted(thing_id=thing, number=1), sequence=1))
    for delivery in broken.values():
        await publish_raw(broker_url, delivery)
    await publish_raw(broker_url, a_delivery(Noted(thing_id=thing, number=2), sequence=2))

    async with suite.at_work():
        await suite.until_all_is_done(len(broken) + 2)

    parked = await rows(suite.reader_database, "select error_type, body from msg.inbox where status = 'parked'")
    assert {row.error_type: row.body for row in parked} == {why: each.body for why, each in broken.items()}
    assert await effects_of(suite.reader_database) == [(thing, 1), (thing, 2)]


async def test_a_message_says_everything_of_itself_on_the_wire(broker_url: str, transport: RabbitMQ) -> None:
    envelope = an_envelope(Unheard(thing_id=new_id()))
    async with a_channel(broker_url) as channel:
        heard = await channel.declare_queue(exclusive=True)
        await heard.bind(EVENTS, envelope.routing_key)
        assert await transport.publish([envelope]) == {envelope.event_id: None}
        await transport.close()
        message = await heard.get()
        await message.ack()

    assert message.body == envelope.body
    assert (message.message_id, message.type) == (str(envelope.event_id), envelope.type)
    assert (message.correlation_id, message.app_id) == (str(envelope.correlation_id), "writer")
    assert (message.delivery_mode, message.content_type) == (2, "application/json")
    assert message.headers["cloudEvents_tenantid"] == str(envelope.tenant_id)


async def test_a_queue_deleted_under_its_consumer_is_there_again_and_filled(suite: Suite, broker_url: str) -> None:
    thing = new_id()
    async with suite.at_work():
        await announce(suite.writer, [Noted(thing_id=thing, number=1)])
        await suite.until_all_is_done(1)
        async with a_channel(broker_url) as channel:
            await channel.queue_delete(queue_of("reader"))

        async def is_back() -> bool:
            try:
                async with a_channel(broker_url) as channel:
                    queue = await channel.get_queue(queue_of("reader"))
                    return queue.declaration_result.consumer_count == 1
            except aio_pika.exceptions.ChannelClosed:
                return False

        await eventually(is_back)
        await announce(suite.writer, [Noted(thing_id=thing, number=2)])
        await suite.until_all_is_done(2)

    assert await effects_of(suite.reader_database) == [(thing, 1), (thing, 2)]


async def test_without_the_exchange_nothing_is_lost_and_nothing_is_counted(broker: Broker) -> None:
    transport = RabbitMQ(broker.fresh_url())
    envelope = an_envelope(Noted(thing_id=new_id(), number=1))

    outcome = await transport.publish([envelope])
    await transport.close()

    failure = outcome[envelope.event_id]
    assert failure is not None
    assert failure.fault is Fault.LINK


async def test_what_is_returned_because_nothing_at_all_is_bound_can_never_be_sent(broker: Broker) -> None:
    url = broker.fresh_url()
    await provision(url, "writer", ())
    transport = RabbitMQ(url)
    envelopes = [an_envelope(Noted(thing_id=new_id(), number=number)) for number in range(3)]

    outcome = await transport.publish(envelopes)
    await transport.close()

    assert {failure.fault for failure in outcome.values() if failure} == {Fault.PERMANENT}
    assert len(outcome) == 3


async def test_nobody_listening_is_a_link_failure_and_answers_soon() -> None:
    transport = RabbitMQ("amqp://guest:guest@127.0.0.1:1/")
    envelope = an_envelope(Noted(thing_id=new_id(), number=1))

    failure = (await transport.publish([envelope]))[envelope.event_id]

    assert failure is not None
    assert failure.fault is Fault.LINK


async def test_provisioning_again_changes_nothing(broker_url: str) -> None:
    await provision(broker_url, "reader", [Reader().reactions])
    await provision(broker_url, "reader", [Reader().reactions])


async def test_a_batch_that_the_database_refuses_for_a_while_is_held_and_then_taken(
    inbox: Inbox, broker_url: str, transport: RabbitMQ
) -> None:
    failures = [ConnectionResetError("away"), ConnectionResetError("still away")]

    class AwayAtFirst(Inbox):
        async def accept(self, batch: Any) -> None:
            if failures:
                raise failures.pop()
            await super().accept(batch)

    thing = new_id()
    await publish_raw(broker_url, a_delivery(Noted(thing_id=thing, number=1)))
    receiving = asyncio.create_task(transport.receive(AwayAtFirst(inbox.service, inbox.reactions, inbox.database)))

    async def arrived() -> bool:
        return bool(await value(inbox.database, "select count(*) from msg.inbox") == 1)

    await eventually(arrived)
    receiving.cancel()
    await asyncio.gather(receiving, return_exceptions=True)
    assert not failures


async def test_a_broker_killed_in_the_middle_comes_back_and_every_event_has_its_one_effect(
    suite: Suite, broker: Broker
) -> None:
    things = [new_id() for _ in range(20)]
    async with suite.at_work():
        for number in range(10):
            await announce(suite.writer, [Noted(thing_id=thing, number=number) for thing in things])
        await asyncio.to_thread(broker.kill)
        for number in range(10, 20):
            await announce(suite.writer, [Noted(thing_id=thing, number=number) for thing in things])
        await asyncio.to_thread(broker.start)
        await suite.until_all_is_done(400)

    assert await effects_of(suite.reader_database) == sorted((thing, n) for thing in things for n in range(20))
    assert await value(suite.writer, "select count(*) from msg.outbox_parked") == 0
    assert await value(suite.writer, "select count(*) from msg.event_log") == 400


@pytest.mark.long
async def test_a_frozen_broker_is_noticed_and_events_go_on_when_it_thaws(broker: Broker, broker_url: str) -> None:
    transport = RabbitMQ(broker_url)
    before, during = (an_envelope(Unheard(thing_id=new_id())) for _ in range(2))
    assert await transport.publish([before]) == {before.event_id: None}

    with broker.frozen():
        failure = (await transport.publish([during]))[during.event_id]
    assert failure is not None
    assert failure.fault is Fault.LINK

    assert await transport.publish([during]) == {during.event_id: None}
    await transport.close()


@pytest.mark.long
async def test_a_reader_killed_again_and_again_has_each_effect_once(
    writer_database: Database, reader_database: Database, broker_url: str, reader_addresses: ServiceDatabase
) -> None:
    things = [new_id() for _ in range(20)]
    worker = Worker("writer", (), writer_database, RabbitMQ(broker_url))
    running = asyncio.create_task(worker.run())
    command = [sys.executable, "-m", "tests.shared.messaging.reader_process", reader_addresses.app_url, broker_url]

    for number in range(50):
        await announce(writer_database, [Noted(thing_id=thing, number=number) for thing in things])
    for effects in range(150, 900, 150):
        process = await asyncio.create_subprocess_exec(*command)
        await eventually(partial(_has_done, reader_database, effects))
        process.kill()
        await process.wait()
    process = await asyncio.create_subprocess_exec(*command)
    await eventually(partial(_has_done, reader_database, 1000))
    process.terminate()
    assert await process.wait() == 0
    await worker.stop()
    await running

    assert await effects_of(reader_database) == sorted((thing, n) for thing in things for n in range(50))


async def _has_done(database: Database, effects: int) -> bool:
    return len(await effects_of(database)) >= effects


async def test_a_broker_that_is_away_is_told_of(broker_url: str) -> None:
    there = await RabbitMQ(broker_url).state("reader")
    away = await RabbitMQ("amqp://guest:guest@127.0.0.1:1/").state("reader")

    assert there.reachable
    assert set(there.queues) == {"throughline.reader", "throughline.dead.reader"}
    assert (away.reachable, away.queues) == (False, {})
    assert away.fault
