"""What nobody is bound to: by design it goes nowhere, by mistake it comes back to its sender."""

from dataclasses import replace

import aio_pika
import pytest

from shared.contracts.base import REGISTRY
from shared.contracts.billing import InvoiceIssued
from shared.ids import new_id
from shared.messaging.provisioning import EVENTS, UNCONSUMED, UNROUTED, provision, queue_of
from shared.messaging.rabbitmq import RabbitMQ
from shared.messaging.relay import Relay
from shared.messaging.transport import Fault, Transport
from shared.operations import deeds
from shared.operations.deeds import Named
from shared.operations.desk import Desk
from shared.telemetry import routing_key
from shared.transactions import transaction
from tests.shared.messaging.deliveries import an_envelope
from tests.shared.messaging.probe import Noted, Unheard, announce, effects_of
from tests.shared.messaging.suite import Suite, rows
from tests.shared.messaging.wire import a_channel
from tests.support.rabbitmq import Broker


@pytest.fixture
def transport(broker_url: str) -> Transport:
    """The broker alone."""
    return RabbitMQ(broker_url)


async def test_only_what_is_by_design_for_nobody_of_ours_may_reach_nobody(broker: Broker) -> None:
    url = broker.fresh_url()
    await provision(url, "billing", ())
    async with a_channel(url) as channel:  # as it was when nobody reacted to it yet
        nowhere = await channel.get_queue(UNCONSUMED)
        await nowhere.bind(EVENTS, routing_key(InvoiceIssued.type))
    await provision(url, "billing", ())
    announced = [event for event in REGISTRY.values() if event.publisher() == "billing"]
    envelopes = {event: replace(an_envelope(Unheard(thing_id=new_id())), type=event.type) for event in announced}
    transport = RabbitMQ(url)

    outcome = await transport.publish(list(envelopes.values()))
    await transport.close()

    assert {event for event in announced if outcome[envelopes[event].event_id] is None} == {
        event for event in announced if event.unconsumed
    }
    assert {failure.fault for failure in outcome.values() if failure} == {Fault.PERMANENT}
    async with a_channel(url) as channel:
        assert (await channel.get_queue(UNCONSUMED)).declaration_result.message_count == 0


async def test_what_reached_nobody_by_mistake_is_parked_and_sent_in_its_place_once_somebody_is_there(
    suite: Suite, broker_url: str
) -> None:
    thing = new_id()
    async with a_channel(broker_url) as channel:
        await (await channel.get_queue(queue_of("reader"))).unbind(EVENTS, "writer.thing.noted")
    relay = Relay(suite.writer, suite.transport)
    await announce(suite.writer, [Noted(thing_id=thing, number=1)])
    await relay.once()

    (parked,) = await rows(suite.writer, "select * from msg.outbox_parked")
    assert "nothing is bound to writer.thing.noted" in parked.last_error
    await provision(broker_url, "reader", [suite.reader.reactions])
    async with transaction(suite.writer) as session:
        await deeds.requeue(Desk(session, "cli:olga", None), [Named("outbox", parked.event_id)], "provisioned")
    async with suite.at_work():
        await suite.until_all_is_done(1)

    assert await effects_of(suite.reader_database) == [(thing, 1)]


async def test_what_earlier_releases_gathered_is_left_to_be_looked_at_and_nothing_is_added(broker: Broker) -> None:
    url = broker.fresh_url()
    async with a_channel(url) as channel:
        gathering = await channel.declare_exchange(UNROUTED, aio_pika.ExchangeType.FANOUT, durable=True)
        gathered = await channel.declare_queue(UNROUTED, durable=True, arguments={"x-queue-type": "quorum"})
        await gathered.bind(gathering)
        await gathering.publish(aio_pika.Message(b"long ago"), "")
    await provision(url, "writer", ())
    transport, envelope = RabbitMQ(url), an_envelope(Noted(thing_id=new_id(), number=1))

    failure = (await transport.publish([envelope]))[envelope.event_id]
    await transport.close()

    assert failure is not None
    assert failure.fault is Fault.PERMANENT
    async with a_channel(url) as channel:
        kept = await channel.get_queue(UNROUTED)
        assert (await kept.get(no_ack=True)).body == b"long ago"
        assert await kept.get(no_ack=True, fail=False) is None
