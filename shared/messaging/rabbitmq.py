"""Events by way of RabbitMQ: inbox first, acknowledged only after the commit."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.exceptions import ChannelClosed
from aiormq.abc import AbstractChannel as UnderlayChannel
from aiormq.abc import DeliveredMessage

from shared.crash_points import crash_point
from shared.messaging.amqp import LINK_ERRORS, connected, delivery_of, is_wanted
from shared.messaging.backoff import growing
from shared.messaging.envelope import Envelope
from shared.messaging.inbox import Delivery, Inbox
from shared.messaging.provisioning import dead_queue_of, have_topology, queue_of
from shared.messaging.publisher import Publisher
from shared.messaging.transport import LinkDown, LinkState, Outcome

log = logging.getLogger(__name__)
BATCH = 100
GATHER_FOR = 0.005  # seconds; only when more than one message is there, so that a lone one does not wait
PREFETCH = 2 * BATCH
HOLD_FOR = 20 * 60.0  # seconds that deliveries are held while the database is away; the broker's patience is 30 min
LONGEST_PAUSE = 10.0
ASK_WITHIN = 5.0

Take = Callable[[Sequence[Delivery]], Awaitable[None]]
Arrived = asyncio.Queue[DeliveredMessage | None]


class RabbitMQ:
    """Carries events through the broker at `url`; sending and receiving have connections of their own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._publisher = Publisher(url)

    async def publish(self, batch: Sequence[Envelope]) -> Outcome:
        """Publish `batch` and wait for every confirmation."""
        return await self._publisher.publish(batch)

    async def replay(self, batch: Sequence[Envelope], to: str, replay_id: UUID) -> Outcome:
        """Publish `batch` for the consumer `to` alone; what it does not take fails for good."""
        return await self._publisher.replay(batch, to, replay_id)

    async def receive(self, inbox: Inbox) -> None:
        """Fill `inbox` from its service's queue; raises LinkDown."""
        await self._consume(inbox, queue_of(inbox.service), inbox.accept)

    async def receive_dead(self, inbox: Inbox) -> None:
        """Park in `inbox` what the broker has put aside after too many deliveries; raises LinkDown."""

        async def park(batch: Sequence[Delivery]) -> None:
            await inbox.park(batch, "crash_loop", "The broker delivered it again and again, and nobody took it.")

        await self._consume(inbox, dead_queue_of(inbox.service), park)

    async def state(self, service: str) -> LinkState:
        """What the broker says of the queues of `service`, asked on a connection of its own."""
        blocked, depths = self._publisher.blocked_seconds, {}
        try:
            async with asyncio.timeout(ASK_WITHIN), connected(self._url) as connection:
                for name in (queue_of(service), dead_queue_of(service)):
                    depths[name] = await _depth(connection, name)
        except (*LINK_ERRORS, asyncio.CancelledError) as error:
            if isinstance(error, asyncio.CancelledError) and is_wanted(error):
                raise
            return LinkState("rabbitmq", reachable=False, blocked_seconds=blocked, fault=f"{error!r:.200}")
        known = {name: depth for name, depth in depths.items() if depth is not None}
        return LinkState("rabbitmq", blocked_seconds=blocked, queues=known)

    async def close(self) -> None:
        """Close the sending connection; receiving ones end with `receive`."""
        await self._publisher.close()

    async def _consume(self, inbox: Inbox, queue_name: str, take: Take) -> None:
        try:
            async with connected(self._url) as connection:
                await have_topology(connection, inbox.service, inbox.reactions)
                channel = await connection.channel()
                await channel.set_qos(prefetch_count=PREFETCH)
                arrived: Arrived = asyncio.Queue()
                receiving = await channel.get_underlay_channel()
                _tell_when_over(channel, receiving, arrived)
                await receiving.basic_consume(queue_name, arrived.put)
                while True:
                    await _take_batch(receiving, await _batch(arrived), take)
        except (*LINK_ERRORS, asyncio.CancelledError) as error:
            if isinstance(error, asyncio.CancelledError) and is_wanted(error):
                raise
            raise LinkDown(f"receiving ended: {error!r}") from error


async def _depth(connection: AbstractConnection, name: str) -> int | None:
    """How many messages the queue `name` holds; nothing where it is missing or not for us to see."""
    channel = await connection.channel()  # the broker closes it when it refuses
    try:
        queue = await channel.declare_queue(name, passive=True)
    except ChannelClosed:
        return None
    return queue.declaration_result.message_count


def _tell_when_over(channel: AbstractChannel, receiving: UnderlayChannel, arrived: Arrived) -> None:
    """Put the end mark into `arrived` when the channel closes or the broker cancels the consumer."""

    def over(*_: object) -> None:
        arrived.put_nowait(None)

    channel.close_callbacks.add(over)
    receiving.on_consumer_cancel_callbacks.add(over)


async def _batch(arrived: Arrived) -> list[DeliveredMessage]:
    """The next messages, at least one, at most 100; raises LinkDown at the end mark."""
    batch = [_message(await arrived.get())]
    if not arrived.empty():
        await asyncio.sleep(GATHER_FOR)
    while len(batch) < BATCH and not arrived.empty():
        batch.append(_message(arrived.get_nowait()))
    return batch


def _message(arrived: DeliveredMessage | None) -> DeliveredMessage:
    if arrived is None:
        raise LinkDown("the broker ended the consumer or its channel")
    return arrived


async def _take_batch(receiving: UnderlayChannel, batch: Sequence[DeliveredMessage], take: Take) -> None:
    """Have `batch` committed, however long the database is away, then acknowledge it as a whole."""
    deliveries = [delivery_of(message) for message in batch]
    failures, held_since = 0, asyncio.get_running_loop().time()
    while True:
        try:
            await take(deliveries)
        except Exception as error:
            failures += 1
            log.warning("%d messages are held, the inbox does not take them: %r", len(batch), error)
            if asyncio.get_running_loop().time() - held_since > HOLD_FOR:
                raise LinkDown("the inbox took nothing for too long") from error
            await asyncio.sleep(growing(failures, first=0.1, longest=LONGEST_PAUSE))
        else:
            break
    crash_point("receiver.after_commit")
    # Deliveries come and are taken in order, so everything up to the last one is done.
    await receiving.basic_ack(max(message.delivery_tag or 0 for message in batch), multiple=True)
