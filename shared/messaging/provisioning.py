"""What the broker has to have: an exchange for events and one for replays, a queue per service, a place for what fails.

Everything is said by queue arguments, so that a user without rights to the management interface can declare it.
Declaring again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from aio_pika import ExchangeType
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractQueue
from aio_pika.exceptions import ChannelNotFoundEntity

from shared.contracts.base import REGISTRY
from shared.messaging.amqp import connected
from shared.messaging.reactions import Reactions
from shared.telemetry import routing_key

EVENTS = "throughline.events"
UNROUTED = "throughline.unrouted"  # where earlier releases gathered; an exchange keeps the arguments it was made with
UNCONSUMED = "throughline.unconsumed"
REPLAYS = "throughline.replays"
DEAD_LETTERS = "throughline.dlx"
DELIVERIES_MAX = 20  # a message that kills its receiver so often is put aside; nothing else counts deliveries
UNLIMITED = 1_000_000


def queue_of(service: str) -> str:
    """The name of the queue of `service`."""
    return f"throughline.{service}"


def dead_queue_of(service: str) -> str:
    """The name of the queue for what `service` could not receive."""
    return f"throughline.dead.{service}"


async def provision(url: str, service: str, reactions: Iterable[Reactions]) -> None:
    """Declare everything that `service` needs on the broker at `url`.

    All services are provisioned before the first one sends: an event goes to the queues that exist by then.
    """
    async with connected(url) as connection:
        await declare(await connection.channel(), service, Reactions.together(reactions))


async def have_topology(connection: AbstractConnection, service: str, reactions: Reactions) -> None:
    """Bind the queue of `service` to what it reacts to, and declare everything where something is missing.

    A service's own user may bind and no more, so that is all it does as long as somebody has provisioned.
    """
    channel = await connection.channel()
    try:
        await channel.get_exchange(REPLAYS)
        await channel.get_queue(dead_queue_of(service))
        queue = await channel.get_queue(queue_of(service))
    except ChannelNotFoundEntity:
        channel = await connection.channel()
        await declare(channel, service, reactions)
    else:
        await _bind(queue, reactions)
    await channel.close()


async def declare(channel: AbstractChannel, service: str, reactions: Reactions) -> AbstractQueue:
    """Declare exchanges, queues and bindings on `channel` and give the service's queue."""
    await channel.exchange_delete(
        UNROUTED
    )  # what nobody is bound to by mistake comes back to its sender, which parks it
    await channel.declare_exchange(EVENTS, ExchangeType.TOPIC, durable=True, arguments={"alternate-exchange": UNROUTED})
    await channel.declare_exchange(REPLAYS, ExchangeType.TOPIC, durable=True)
    dead_letters = await channel.declare_exchange(DEAD_LETTERS, ExchangeType.DIRECT, durable=True)
    dead = await channel.declare_queue(
        dead_queue_of(service),
        durable=True,
        arguments={"x-queue-type": "quorum", "x-delivery-limit": UNLIMITED},
    )
    await dead.bind(dead_letters, queue_of(service))
    queue = await channel.declare_queue(
        queue_of(service),
        durable=True,
        arguments={
            "x-queue-type": "quorum",
            "x-delivery-limit": DELIVERIES_MAX,
            "x-dead-letter-exchange": DEAD_LETTERS,
            "x-dead-letter-routing-key": queue_of(service),
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        },
    )
    await _bind(queue, reactions)
    await _bind_unconsumed(channel, service)
    return queue


async def _bind(queue: AbstractQueue, reactions: Reactions) -> None:
    for key in reactions.routing_keys:
        await queue.bind(EVENTS, key)
    for key in reactions.replay_keys:
        await queue.bind(REPLAYS, key)


async def _bind_unconsumed(channel: AbstractChannel, service: str) -> None:
    """Let what `service` announces to nobody of ours reach a queue that keeps nothing, so that it is no mistake."""
    nowhere = await channel.declare_queue(UNCONSUMED, durable=True, arguments={"x-max-length": 0})
    for event in REGISTRY.values():
        if event.publisher() == service:
            change = nowhere.bind if event.unconsumed else nowhere.unbind
            await change(EVENTS, routing_key(event.type))
