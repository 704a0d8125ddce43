"""Connections to RabbitMQ, and how messages look there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

import aio_pika
from aio_pika import DeliveryMode
from aio_pika.abc import AbstractConnection
from aiormq.abc import DeliveredMessage
from pamqp.commands import Basic

from shared.messaging.envelope import Envelope
from shared.messaging.inbox import Delivery

HEARTBEAT = 10  # seconds; a silent peer is noticed after about three of them
CONNECT_WITHIN = 5.0
CLOSE_WITHIN = 2.0

# Everything by which aio-pika and the layers below it say that a connection or channel is no more.
LINK_ERRORS = (*aio_pika.exceptions.CONNECTION_EXCEPTIONS, TimeoutError)


async def connect(url: str) -> AbstractConnection:
    """A plain connection to the broker at `url`: whoever holds it watches over it. Raises one of LINK_ERRORS."""
    separator = "&" if "?" in url else "?"
    return await aio_pika.connect(f"{url}{separator}heartbeat={HEARTBEAT}", timeout=CONNECT_WITHIN)


async def disconnect(connection: AbstractConnection) -> None:
    """Close `connection`, whatever state it is in."""
    with suppress(*LINK_ERRORS):
        async with asyncio.timeout(CLOSE_WITHIN):
            await connection.close()


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[AbstractConnection]:
    """A connection for the time of the block."""
    connection = await connect(url)
    try:
        yield connection
    finally:
        await disconnect(connection)


def is_wanted(cancelled: asyncio.CancelledError) -> bool:
    """Whether somebody wants this task to end: a dying connection, too, cancels whatever waits for it."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def properties_of(envelope: Envelope, headers: Mapping[str, str]) -> Basic.Properties:
    """The properties of the persistent AMQP message that carries `envelope`, with these headers."""
    return Basic.Properties(
        headers=dict(headers),
        content_type="application/json",
        delivery_mode=DeliveryMode.PERSISTENT.value,
        message_id=str(envelope.event_id),
        correlation_id=str(envelope.correlation_id),
        timestamp=envelope.occurred_at,
        message_type=envelope.type,
        app_id=envelope.publisher,
    )


def delivery_of(message: DeliveredMessage) -> Delivery:
    """What came in, as the inbox takes it."""
    properties = message.header.properties
    return Delivery(properties.headers or {}, message.body, properties.message_id)
