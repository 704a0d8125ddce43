"""The floors under events: what aio-pika and the broker, and PostgreSQL's commits, come to by themselves."""

from __future__ import annotations

import asyncio
import time
from statistics import quantiles
from typing import Any

import aio_pika
import asyncpg
from aio_pika.abc import AbstractIncomingMessage, AbstractQueue

from shared.ids import new_id

EVENTS, WINDOW = 4_000, 100
PER_SECOND, SECONDS = 100, 5
COMMITS, CLIENTS = 4_000, 8
TABLE = "create table if not exists floor_row (id uuid primary key, body bytea not null)"
ROW = "insert into floor_row (id, body) values ($1, $2)"
Figures = dict[str, float]


async def broker_floor(url: str, body: bytes) -> dict[str, Figures]:
    """What aio-pika does with persistent messages of `body`: confirmed publishing, taking, and both at 100 a second."""
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        queue = await channel.declare_queue("bench.floor", durable=True, arguments={"x-queue-type": "quorum"})
        persistent = aio_pika.DeliveryMode.PERSISTENT

        async def publish() -> None:
            message = aio_pika.Message(body, delivery_mode=persistent, message_id=str(new_id()))
            await channel.default_exchange.publish(message, queue.name)

        async def windows(count: int) -> None:
            for _ in range(count // WINDOW):
                await asyncio.gather(*(publish() for _ in range(WINDOW)))

        await windows(WINDOW)
        began = time.perf_counter()
        await windows(EVENTS)
        published = EVENTS / (time.perf_counter() - began)
        taken = EVENTS / await _take(queue, EVENTS + WINDOW)
        late = await _end_to_end(queue, publish)
        await queue.delete(if_unused=False, if_empty=False)
    return {
        "confirmed_publish": {"per_second": published},
        "publish_and_take": {"per_second": 1 / (1 / published + 1 / taken)},
        "end_to_end": late,
    }


async def commit_floor(url: str) -> dict[str, Figures]:
    """Single-row inserts that PostgreSQL commits in a second, for one client and for eight."""
    async with asyncpg.create_pool(url, min_size=CLIENTS, max_size=CLIENTS) as pool:
        await pool.execute(TABLE)
        rates = {}
        for clients in (1, CLIENTS):

            async def insert(count: int) -> None:
                async with pool.acquire() as connection:
                    for _ in range(count):
                        await connection.execute(ROW, new_id(), b"bench")

            began = time.perf_counter()
            await asyncio.gather(*(insert(COMMITS // clients) for _ in range(clients)))
            rates[f"clients_{clients}"] = {"per_second": COMMITS / (time.perf_counter() - began)}
        return rates


async def _take(queue: AbstractQueue, count: int) -> float:
    """The seconds in which `count` messages were taken, each acknowledged."""
    left, over = count, asyncio.Event()

    async def take(message: AbstractIncomingMessage) -> None:
        nonlocal left
        await message.ack()
        left -= 1
        if not left:
            over.set()

    began = time.perf_counter()
    tag = await queue.consume(take)
    await over.wait()
    took = time.perf_counter() - began
    await queue.cancel(tag)
    return took


async def _end_to_end(queue: AbstractQueue, publish: Any) -> Figures:
    """Milliseconds from sending a message to having it, at a hundred a second."""
    late: list[float] = []
    sent: list[float] = []
    over = asyncio.Event()

    async def take(message: AbstractIncomingMessage) -> None:
        late.append((time.perf_counter() - sent[len(late)]) * 1000)
        await message.ack()
        if len(late) == PER_SECOND * SECONDS:
            over.set()

    tag = await queue.consume(take)
    began = time.perf_counter()
    for number in range(PER_SECOND * SECONDS):
        await asyncio.sleep(max(0.0, began + number / PER_SECOND - time.perf_counter()))
        sent.append(time.perf_counter())
        await publish()
    await over.wait()
    await queue.cancel(tag)
    return lateness(late)


def lateness(late: list[float]) -> Figures:
    """The median of some milliseconds, and what one in a hundred exceeds."""
    cuts = quantiles(late, n=100)
    return {"p50_ms": cuts[49], "p99_ms": cuts[98]}
