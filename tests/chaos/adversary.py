"""Somebody between the broker's exchange and the queues of the services: delivers in another order, and twice.

Every message comes to a queue of the adversary's own. It is acknowledged only after the broker has confirmed what was
passed on, so the adversary loses nothing; but it may pass on a message again seconds later, and a newer one first.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any
from uuid import UUID

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from shared.clock import wall_clock
from shared.ids import new_id
from shared.messaging.amqp import LINK_ERRORS
from shared.messaging.envelope import BODY_MAX, PREFIX, Envelope
from shared.messaging.provisioning import EVENTS, queue_of
from tests.chaos.notebook import Notebook

log = logging.getLogger(__name__)
QUEUE = "chaos.adversary"
WINDOW, GATHER_SECONDS = 12, 0.12
TWICE = 0.25
UNBIND_AT_LEAST_EVERY = 10.0  # seconds; each time costs the broker as much as many messages
Copies = list[tuple[str, aio_pika.Message]]


@dataclass
class Adversary:
    """Passes on what the services of `routes` (queue keys by service) should get."""

    url: str
    routes: Mapping[str, frozenset[str]]
    chance: Random
    notebook: Notebook
    mischief: bool = True
    duplicates: int = 0
    inversions: int = 0
    redelivered: int = 0
    bound_anew: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a service has bound its queue itself."""
    _last: dict[tuple[str, str], int] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)
    _later: set[asyncio.Task[None]] = field(default_factory=set)
    _in_hand: int = 0

    @property
    def holds(self) -> bool:
        """Whether there is anything that it has still to pass on, or to pass on again."""
        return bool(self._in_hand or self._later)

    async def run(self) -> None:
        """Be in the way until cancelled, however often the broker goes away."""
        while True:
            # In a task of its own, because a dying connection cancels whoever waits for it.
            serving = asyncio.create_task(self._serve())
            try:
                await asyncio.wait([serving])
            finally:
                serving.cancel()
            await asyncio.sleep(0.3)

    async def _serve(self) -> None:
        with suppress(*LINK_ERRORS, aio_pika.exceptions.AMQPError):
            async with await aio_pika.connect(f"{self.url}?heartbeat=10", timeout=5) as connection:
                over = asyncio.Event()
                connection.close_callbacks.add(lambda *_: over.set())
                channel = await connection.channel(publisher_confirms=True)
                await channel.set_qos(prefetch_count=4 * WINDOW)
                queue = await channel.declare_queue(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
                await queue.bind(EVENTS, "#")
                arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
                await queue.consume(arrived.put)
                parts = [self._stay_between(connection), self._pass_on(channel, arrived), over.wait()]
                await _until_one_ends([asyncio.create_task(part) for part in parts])

    async def _stay_between(self, connection: aio_pika.abc.AbstractConnection) -> None:
        """Take the services' own bindings away, which each of their workers makes anew when it starts."""
        channel = await connection.channel()
        exchange = await channel.get_exchange(EVENTS, ensure=False)
        while True:
            for service, keys in self.routes.items():
                queue = await channel.get_queue(queue_of(service), ensure=False)
                for key in keys:
                    await queue.unbind(exchange, key)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.bound_anew.wait(), UNBIND_AT_LEAST_EVERY)
            self.bound_anew.clear()

    async def _pass_on(self, channel: AbstractChannel, arrived: asyncio.Queue[AbstractIncomingMessage]) -> None:
        while True:
            self._in_hand = 0
            window = [await arrived.get()]
            self._in_hand = 1
            if self.mischief:
                await asyncio.sleep(GATHER_SECONDS)
            while len(window) < WINDOW and not arrived.empty():
                window.append(arrived.get_nowait())
            self._witness(window)
            copies = [copy for message in window for copy in self._copies(message)]
            if self.mischief:
                self.chance.shuffle(copies)
            self._count_inversions(copies)
            await self._send(channel, copies)
            await asyncio.gather(*(message.ack() for message in window))
            again = [copy for copy in copies if self.mischief and self.chance.random() < TWICE]
            if again:
                later = asyncio.create_task(self._send_again(channel, again, self.chance.uniform(0.0, 2.0)))
                self._later.add(later)
                later.add_done_callback(self._later.discard)

    def _witness(self, window: list[AbstractIncomingMessage]) -> None:
        for message in window:
            self.redelivered += bool(message.redelivered)
            if message.message_id and message.message_id not in self._seen:
                self._seen.add(message.message_id)
                self.notebook.note(witnessed=message.message_id)

    def _copies(self, message: AbstractIncomingMessage) -> Copies:
        key = message.routing_key or ""
        return [(queue_of(service), copy_of(message)) for service, keys in self.routes.items() if key in keys]

    def _count_inversions(self, copies: Copies) -> None:
        for queue, message in copies:
            thing = (queue, str(message.headers.get(f"{PREFIX}source")) + str(message.headers.get(f"{PREFIX}subject")))
            sequence = int(str(message.headers.get(f"{PREFIX}sequence", 0)))
            self.inversions += sequence < self._last.get(thing, 0)
            self._last[thing] = max(sequence, self._last.get(thing, 0))

    async def _send(self, channel: AbstractChannel, copies: Copies) -> None:
        await asyncio.gather(
            *(channel.default_exchange.publish(message, queue, timeout=10) for queue, message in copies)
        )

    async def _send_again(self, channel: AbstractChannel, copies: Copies, seconds: float) -> None:
        await asyncio.sleep(seconds)
        with suppress(*LINK_ERRORS, aio_pika.exceptions.AMQPError, asyncio.CancelledError):
            await self._send(channel, copies)
            self.duplicates += len(copies)


async def _until_one_ends(tasks: list[asyncio.Task[Any]]) -> None:
    """Wait for the first of `tasks` to end, however it does, and end the others."""
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                log.info("the adversary starts again: %r", ended)


def copy_of(message: AbstractIncomingMessage) -> aio_pika.Message:
    """The same message with the same id and headers, to be sent once more."""
    return aio_pika.Message(
        message.body,
        headers=message.headers,
        content_type=message.content_type,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        message_id=message.message_id,
        correlation_id=message.correlation_id,
        timestamp=message.timestamp,
        type=message.type,
        app_id=message.app_id,
    )


async def poison(url: str, service: str, kind: str, tenant: UUID, notebook: Notebook) -> str:
    """Put a message into the queue of `service` with which nothing can be done; its id."""
    event_id = new_id()
    notebook.note(poison=str(event_id), reason=kind)
    headers, body = _poisoned(kind, service, event_id, tenant)
    message = aio_pika.Message(
        body, headers=headers, message_id=str(event_id), delivery_mode=aio_pika.DeliveryMode.PERSISTENT
    )
    async with await aio_pika.connect(url, timeout=5) as connection:
        channel = await connection.channel(publisher_confirms=True)
        await channel.default_exchange.publish(message, queue_of(service), timeout=10)
    return str(event_id)


# What each service reacts to, and can read from.
HEARD = {
    "billing": "throughline.crm.account.changed.v1",
    "crm": "throughline.billing.invoice.issued.v1",
    "delivery": "throughline.crm.account.changed.v1",
    "resourcing": "throughline.crm.opportunity.changed.v1",
}


def _poisoned(kind: str, service: str, event_id: UUID, tenant: UUID) -> tuple[dict[str, Any], bytes]:
    now = wall_clock()
    whole = Envelope(
        event_id, tenant, HEARD[service], 0, f"poison/{event_id}", 1, event_id, None, None, now, now, b'{"hello": 1}'
    )
    headers = dict(whole.headers())
    untenanted = {name: value for name, value in headers.items() if name != f"{PREFIX}tenantid"}
    poisons: dict[str, tuple[dict[str, Any], bytes]] = {
        "invalid_json": (headers, b'{"hello": '),
        "wrong_schema": (headers, whole.body),
        "unknown_major": (dict(replace(whole, type=whole.type.removesuffix("1") + "9").headers()), whole.body),
        "no_tenant": (untenanted, whole.body),
        "too_large": (headers, b"x" * (BODY_MAX + 1)),
        "nul": (headers, b'{"hello": "\\u0000"}'),
        "unknown_type": (dict(replace(whole, type="throughline.crm.nothing.happened.v1").headers()), whole.body),
    }
    return poisons[kind]
