"""On the broker a service's own user does what its worker needs, and cannot touch what is another service's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import permutations
from urllib.parse import urlsplit

import aio_pika
import pytest
from aio_pika import Message
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from aiormq.exceptions import ChannelAccessRefused

from deploy.suite.members import SERVICES
from shared.messaging.provisioning import (
    DEAD_LETTERS,
    EVENTS,
    REPLAYS,
    dead_queue_of,
    have_topology,
    provision,
    queue_of,
)
from shared.messaging.reactions import replay_key
from shared.messaging.rights import definitions, grant
from tests.support.databases import run_apart
from tests.support.rabbitmq import Broker

NAMES = [service.name for service in SERVICES]


# A routing key of each one's own.
PUBLISHED = {
    "crm": "crm.opportunity.closed_won",
    "delivery": "delivery.project.opened",
    "resourcing": "resourcing.person.changed",
    "billing": "billing.invoice.issued",
}


@pytest.fixture(scope="module")
def urls(broker: Broker) -> dict[str, str]:
    """A virtual host where every service is provisioned: its address as each service's own user."""
    admin_url, management_url = broker.fresh_url(), broker.manage()
    address = urlsplit(admin_url)
    own = {}
    for service in SERVICES:
        parts = (service.all_reactions,)
        user = f"{service.name}:a%2Fsecret%40of-its-own"
        own[service.name] = address._replace(netloc=f"{user}@{address.hostname}:{address.port}").geturl()
        run_apart(provision(admin_url, service.name, parts))
        run_apart(grant(management_url, definitions(service.name, parts, own[service.name])))
    return own


@asynccontextmanager
async def as_user(url: str) -> AsyncIterator[AbstractChannel]:
    async with await aio_pika.connect(url) as connection:
        yield await connection.channel(on_return_raises=True)


async def publish(url: str, routing_key: str, exchange: str = EVENTS) -> None:
    async with as_user(url) as channel:
        target = await channel.get_exchange(exchange, ensure=False)
        await target.publish(Message(b"{}"), routing_key)


@pytest.mark.parametrize("name", NAMES)
async def test_a_service_consumes_its_queues_and_publishes_its_events(name: str, urls: dict[str, str]) -> None:
    service = next(service for service in SERVICES if service.name == name)
    async with await aio_pika.connect(urls[name]) as connection:
        await have_topology(connection, name, service.all_reactions)
        channel = await connection.channel()
        for queue in (queue_of(name), dead_queue_of(name)):
            consumed = await channel.get_queue(queue)
            await consumed.cancel(await consumed.consume(take))
    await publish(urls[name], PUBLISHED[name])


@pytest.mark.parametrize(("name", "other"), list(permutations(NAMES, 2)))
async def test_a_service_cannot_touch_what_is_anothers(name: str, other: str, urls: dict[str, str]) -> None:
    for queue in (queue_of(other), dead_queue_of(other)):
        for forbidden in (consume, purge, delete, bind):
            async with as_user(urls[name]) as channel:
                with pytest.raises(ChannelAccessRefused):
                    await forbidden(channel, queue)
    replayed = replay_key(PUBLISHED[other], f"{name}.remember_person")
    for routing_key, exchange in (
        (PUBLISHED[other], EVENTS),
        (replayed, REPLAYS),
        (queue_of(other), ""),
        (queue_of(other), DEAD_LETTERS),
    ):
        with pytest.raises(ChannelAccessRefused):
            await publish(urls[name], routing_key, exchange)


async def test_a_service_cannot_hear_events_that_it_does_not_react_to(urls: dict[str, str]) -> None:
    for unheard in (PUBLISHED["billing"], "#"):
        async with as_user(urls["resourcing"]) as channel:
            with pytest.raises(ChannelAccessRefused):
                await (await channel.get_queue(queue_of("resourcing"))).bind(EVENTS, unheard)


async def take(_: AbstractIncomingMessage) -> None:
    """Nothing is there to be taken."""


async def consume(channel: AbstractChannel, queue: str) -> None:
    await (await channel.get_queue(queue)).consume(take)


async def purge(channel: AbstractChannel, queue: str) -> None:
    await (await channel.get_queue(queue)).purge()


async def delete(channel: AbstractChannel, queue: str) -> None:
    await channel.queue_delete(queue)


async def bind(channel: AbstractChannel, queue: str) -> None:
    await (await channel.get_queue(queue)).bind(EVENTS, "crm.account.changed")
