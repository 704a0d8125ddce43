"""From a committed announcement to a committed effect: how many a second, how late; from a won deal to its project."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import text

from deploy.bench.broker import Figures, lateness
from deploy.bench.servers import program
from deploy.bench.setting import TENANT, manager, won
from services.crm.service import service as crm
from services.delivery.handoffs.actions import accept_handoff
from services.delivery.service import service as delivery
from shared.actor import the_service
from shared.announcements import Cause
from shared.clock import wall_clock
from shared.contracts.base import Event
from shared.contracts.crm import AccountChanged, CustomerAccount
from shared.database import Database
from shared.ids import new_id
from shared.messaging import wake
from shared.messaging.in_process import InProcess
from shared.messaging.inbox import Inbox
from shared.messaging.provisioning import provision
from shared.messaging.reactions import Reactions
from shared.messaging.worker import Worker
from shared.work import begin

EVENTS, SLICE = 4_000, 500
PER_SECOND, SECONDS = 100, 8
HANDOFFS = 60
DEADLINE_SECONDS = 120.0
EFFECTS = text("select count(*) from msg.inbox where type = :type and status = 'done' and event_id = any(:ids)")
DONE_AT = text(
    "select event_id, extract(epoch from max(finished_at)) from msg.inbox"
    " where type = :type and status = 'done' and event_id = any(:ids) group by event_id"
)
SENT_AT = text("select event_id, extract(epoch from recorded_at) from msg.event_log where event_id = any(:ids)")
Make = Callable[[], Event]


@dataclass(frozen=True)
class Pipe:
    """Two services with a transport between them: crm announces, delivery reacts."""

    publisher: Database
    receiver: Database


async def over_broker(pipe: Pipe, url: str, env: dict[str, dict[str, str]]) -> dict[str, Figures]:
    """The pipe over RabbitMQ, with the services' own worker processes, woken as an API's process wakes them."""
    for service in (crm, delivery):
        await provision(url, service.name, (service.all_reactions,))
    calling = asyncio.create_task(wake.call(pipe.publisher))
    try:
        with ExitStack() as running:
            for name, settings in env.items():
                running.enter_context(
                    program(f"services.{name}", "worker", port=None, env={**settings, "BROKER_URL": url})
                )
            return {"events": await _measured(pipe), **await _handed_over(pipe)}
    finally:
        calling.cancel()


async def in_process(pipe: Pipe) -> Figures:
    """The pipe inside this process."""
    async with _working(pipe):
        return await _measured(pipe)


async def _measured(pipe: Pipe) -> Figures:
    """Events per second and latency from commit to effect."""
    await _all_done(pipe, await _announce(pipe, 200))
    began = time.perf_counter()
    await _all_done(pipe, await _announce(pipe, EVENTS))
    rate = EVENTS / (time.perf_counter() - began)
    steady = await _steadily(pipe, account_changed, per_second=PER_SECOND, count=PER_SECOND * SECONDS)
    return {"per_second": rate, **lateness(await _late(pipe, AccountChanged, steady))}


async def _handed_over(pipe: Pipe) -> dict[str, Figures]:
    """From a won deal to the handoff that delivery shows; from accepting that to the committed project."""
    opportunities = [new_id() for _ in range(HANDOFFS)]
    deals = [won(each) for each in opportunities]
    made = iter(deals)
    seen = await _late(pipe, type(deals[0]), await _steadily(pipe, lambda: next(made), per_second=20, count=HANDOFFS))
    taken = []
    for opportunity in opportunities:
        began = time.perf_counter()
        async with begin(pipe.receiver, manager(), wall_clock(), Cause.new()) as work:
            await accept_handoff(work, uuid5(opportunity, "handoff"), manager=None, starts_on=None)
        taken.append((time.perf_counter() - began) * 1000)
    return {"won_to_handoff": lateness(seen), "accepted_to_project": lateness(taken)}


@asynccontextmanager
async def _working(pipe: Pipe) -> AsyncIterator[None]:
    transport = InProcess([Inbox("delivery", delivery.all_reactions, pipe.receiver)])
    workers = [
        Worker("crm", (Reactions(),), pipe.publisher, transport),
        Worker("delivery", (delivery.all_reactions,), pipe.receiver, transport),
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
                work.publish(account_changed())
            ids += [one.event_id for one in work.announced]
    return ids


async def _steadily(pipe: Pipe, make: Make, *, per_second: int, count: int) -> list[UUID]:
    """Announce `count` events at an even pace, each in a work of its own; their ids."""
    ids = []
    began = time.perf_counter()
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number / per_second - time.perf_counter()))
        async with begin(pipe.publisher, the_service("bench", TENANT), wall_clock()) as work:
            work.publish(make())
        ids.append(work.announced[0].event_id)
    return ids


async def _all_done(pipe: Pipe, ids: list[UUID], kind: type[Event] = AccountChanged) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        async with pipe.receiver.engine.connect() as connection:
            if await connection.scalar(EFFECTS, {"type": kind.type, "ids": ids}) == len(ids):
                return
        await asyncio.sleep(0.02)
    raise TimeoutError(f"not every one of {len(ids)} events took effect in {DEADLINE_SECONDS:.0f} s")


async def _late(pipe: Pipe, kind: type[Event], ids: list[UUID]) -> list[float]:
    """Milliseconds from the row in the outbox to the row of the inbox being done, by the databases' one clock."""
    await _all_done(pipe, ids, kind)
    async with pipe.publisher.engine.connect() as connection:
        sent: dict[UUID, Any] = dict((await connection.execute(SENT_AT, {"ids": ids})).tuples().all())
    async with pipe.receiver.engine.connect() as connection:
        rows = (await connection.execute(DONE_AT, {"type": kind.type, "ids": ids})).tuples().all()
    return [float(at - sent[event_id]) * 1000 for event_id, at in rows]


def account_changed() -> AccountChanged:
    """An event of an account that nobody has heard of."""
    account = new_id()
    details: dict[str, Any] = {"name": "Bench AG", "legal_name": "Bench Aktiengesellschaft", "currency": "EUR"}
    return AccountChanged(account_id=account, account=CustomerAccount(account_id=account, **details))
