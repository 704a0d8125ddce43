"""From a committed announcement to a committed effect: how many a second, how late, beside the broker's own rate."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import quantiles
from typing import Any
from uuid import UUID

import aio_pika
from sqlalchemy import text

from deploy.bench.setting import TENANT
from services.crm.service import service as crm
from services.delivery.service import service as delivery
from shared.actor import the_service
from shared.clock import wall_clock
from shared.contracts.crm import AccountChanged, CustomerAccount
from shared.database import Database
from shared.ids import new_id
from shared.messaging.in_process import InProcess
from shared.messaging.inbox import Inbox
from shared.messaging.provisioning import provision
from shared.messaging.rabbitmq import RabbitMQ
from shared.messaging.reactions import Reactions
from shared.messaging.transport import Transport
from shared.messaging.worker import Worker
from shared.work import begin

EVENTS, SLICE = 4_000, 500
PER_SECOND, SECONDS = 100, 8
WINDOW = 100
DEADLINE_SECONDS = 120.0
EFFECTS = text("select count(*) from msg.inbox where type = :type and status = 'done' and event_id = any(:ids)")
LATE = text(
    "select event_id, extract(epoch from finished_at) from msg.inbox"
    " where type = :type and status = 'done' and event_id = any(:ids)"
)
SENT = text("select event_id, extract(epoch from recorded_at) from msg.event_log where event_id = any(:ids)")


@dataclass(frozen=True)
class Pipe:
    """Two services with a transport between them: crm announces, delivery reacts."""

    publisher: Database
    receiver: Database


async def measured(pipe: Pipe, transport: Callable[[], Transport]) -> dict[str, float]:
    """Events per second and latency from commit to effect, with one worker on either side in this process."""
    async with _working(pipe, transport):
        await _announce(pipe, 200)
        began = time.perf_counter()
        ids = await _announce(pipe, EVENTS)
        await _all_done(pipe, ids)
        rate = EVENTS / (time.perf_counter() - began)
        steady = await _steadily(pipe)
        await _all_done(pipe, steady)
        late = await _lateness(pipe, steady)
    cuts = quantiles(late, n=100)
    return {"per_second": rate, "p50_ms": cuts[49], "p99_ms": cuts[98]}


async def broker_floor(url: str) -> dict[str, float]:
    """What aio-pika alone publishes and gets confirmed per second: the same bytes, persistent, windows of 100."""
    body = _event(new_id()).model_dump_json().encode()
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        queue = await channel.declare_queue("bench.floor", durable=True, arguments={"x-queue-type": "quorum"})
        persistent = aio_pika.DeliveryMode.PERSISTENT

        async def publish() -> None:
            message = aio_pika.Message(body, delivery_mode=persistent, message_id=str(new_id()))
            await channel.default_exchange.publish(message, queue.name)

        await asyncio.gather(*(publish() for _ in range(WINDOW)))
        began = time.perf_counter()
        for _ in range(EVENTS // WINDOW):
            await asyncio.gather(*(publish() for _ in range(WINDOW)))
        rate = EVENTS / (time.perf_counter() - began)
        late = []
        for _ in range(200):
            began = time.perf_counter()
            await publish()
            late.append((time.perf_counter() - began) * 1000)
        await queue.delete(if_unused=False, if_empty=False)
    cuts = quantiles(late, n=100)
    return {"per_second": rate, "p50_ms": cuts[49], "p99_ms": cuts[98]}


async def over_broker(pipe: Pipe, url: str) -> dict[str, float]:
    """The pipe over RabbitMQ."""
    await provision(url, "crm", (crm.all_reactions,))
    await provision(url, "delivery", (delivery.all_reactions,))
    return await measured(pipe, lambda: RabbitMQ(url))


async def in_process(pipe: Pipe) -> dict[str, float]:
    """The pipe inside this process."""
    shared = InProcess([Inbox("delivery", delivery.all_reactions, pipe.receiver)])
    return await measured(pipe, lambda: shared)


@asynccontextmanager
async def _working(pipe: Pipe, transport: Callable[[], Transport]) -> AsyncIterator[None]:
    workers = [
        Worker("crm", (Reactions(),), pipe.publisher, transport()),
        Worker("delivery", (delivery.all_reactions,), pipe.receiver, transport()),
    ]
    running = [asyncio.create_task(worker.run()) for worker in workers]
    try:
        yield
    finally:
        for worker in workers:
            await worker.stop()
        await asyncio.gather(*running)


async def _announce(pipe: Pipe, count: int) -> list[UUID]:
    """Announce `count` events, many in each work, and wait for nothing; their ids."""
    ids: list[UUID] = []
    for start in range(0, count, SLICE):
        async with begin(pipe.publisher, the_service("bench", TENANT), wall_clock()) as work:
            for _ in range(min(SLICE, count - start)):
                work.publish(_event(new_id()))
            ids += [one.event_id for one in work.announced]
    return ids


async def _steadily(pipe: Pipe) -> list[UUID]:
    """Announce a hundred events a second, each in a work of its own; their ids."""
    ids = []
    began = asyncio.get_running_loop().time()
    for number in range(PER_SECOND * SECONDS):
        await asyncio.sleep(max(0.0, began + number / PER_SECOND - asyncio.get_running_loop().time()))
        async with begin(pipe.publisher, the_service("bench", TENANT), wall_clock()) as work:
            work.publish(_event(new_id()))
        ids.append(work.announced[0].event_id)
    return ids


async def _all_done(pipe: Pipe, ids: list[UUID]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    wanted = {"type": AccountChanged.type, "ids": ids}
    while time.monotonic() < deadline:
        async with pipe.receiver.engine.connect() as connection:
            if await connection.scalar(EFFECTS, wanted) == len(ids):
                return
        await asyncio.sleep(0.02)
    raise TimeoutError(f"not every one of {len(ids)} events took effect in {DEADLINE_SECONDS:.0f} s")


async def _lateness(pipe: Pipe, ids: list[UUID]) -> list[float]:
    """Milliseconds from the row in the outbox to the row of the inbox being done, by the databases' one clock."""
    async with pipe.publisher.engine.connect() as connection:
        sent: dict[UUID, Any] = dict((await connection.execute(SENT, {"ids": ids})).tuples().all())
    async with pipe.receiver.engine.connect() as connection:
        rows = (await connection.execute(LATE, {"type": AccountChanged.type, "ids": ids})).tuples().all()
    return [float(at - sent[event_id]) * 1000 for event_id, at in rows]


def _event(account: UUID) -> AccountChanged:
    details: dict[str, Any] = {"name": "Bench AG", "legal_name": "Bench Aktiengesellschaft", "currency": "EUR"}
    return AccountChanged(account_id=account, account=CustomerAccount(account_id=account, **details))
