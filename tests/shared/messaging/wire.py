"""The broker as any program may use it, past our own code."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel

from shared.messaging.inbox import Delivery
from shared.messaging.provisioning import EVENTS


@asynccontextmanager
async def a_channel(url: str) -> AsyncIterator[AbstractChannel]:
    """A channel at the broker, for the time of the block."""
    async with await aio_pika.connect(url) as connection:
        yield await connection.channel()


async def publish_raw(url: str, delivery: Delivery, routing_key: str = "writer.thing.noted") -> None:
    """Publish `delivery` as it is."""
    headers: dict[str, Any] = dict(delivery.headers)
    message = aio_pika.Message(delivery.body, headers=headers, message_id=delivery.message_id)
    async with a_channel(url) as channel:
        await (await channel.get_exchange(EVENTS)).publish(message, routing_key)
