"""Both services at work over one transport, and ways to be cruel to it."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from shared.database import Database
from shared.messaging.drain import Drain
from shared.messaging.envelope import Envelope
from shared.messaging.inbox import Delivery, Inbox
from shared.messaging.transport import LinkState, Outcome, Transport
from shared.messaging.worker import Worker
from tests.shared.messaging.probe import Reader

PATIENCE = float(os.environ.get("PATIENCE", "120"))  # seconds


@dataclass
class Suite:
    """The writing and the reading service, and what carries events between them."""

    writer: Database
    reader_database: Database
    reader: Reader
    transport: Transport

    @asynccontextmanager
    async def at_work(self, *, writing: Transport | None = None) -> AsyncIterator[None]:
        """Both workers run inside the block and stop in order after it."""
        workers = [
            Worker("writer", (), self.writer, writing or self.transport),
            Worker("reader", [self.reader.reactions], self.reader_database, self.transport),
        ]
        running = [asyncio.create_task(worker.run()) for worker in workers]
        try:
            yield
        finally:
            for worker in workers:
                await worker.stop()
            await asyncio.gather(*running)

    async def until_all_is_done(self, events: int) -> None:
        """Wait until `events` have been received and nothing is left to do anywhere."""

        async def seen() -> tuple[Any, Any]:
            left = await value(self.writer, "select count(*) from msg.outbox")
            finished = "select count(*) from msg.inbox where status in ('done', 'parked')"
            return left, await value(self.reader_database, finished)

        async def done() -> bool:
            return await seen() == (0, events)

        try:
            await eventually(done)
        except TimeoutError:
            left, finished = await seen()
            pytest.fail(f"{left} are still to be sent, {finished} of {events} are done or parked")


async def eventually(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait until `condition` holds; fails after two minutes, or PATIENCE seconds."""
    async with asyncio.timeout(PATIENCE):
        while not await condition():
            await asyncio.sleep(0.01)


async def value(database: Database, query: str, **values: Any) -> Any:
    """The one value that `query` gives."""
    async with database.engine.connect() as connection:
        return await connection.scalar(text(query), values)


async def rows(database: Database, query: str, **values: Any) -> list[Any]:
    """The rows that `query` gives."""
    async with database.engine.connect() as connection:
        return list(await connection.execute(text(query), values))


async def change(database: Database, statement: str, **values: Any) -> None:
    """Run `statement` and commit."""
    async with database.engine.begin() as connection:
        await connection.execute(text(statement), values)


class Adversary:
    """Carries events by `inner`, but twice at times, in another order, late, and unsure whether it worked."""

    def __init__(self, inner: Transport, seed: int) -> None:
        self._inner = inner
        self._chance = random.Random(seed)  # noqa: S311 - the same cruelty for the same seed
        self._late: list[Envelope] = []

    async def publish(self, batch: Sequence[Envelope]) -> Outcome:
        """Say of some events that were delivered that they were not, and deliver old ones again."""
        mixed = [*batch, *self._late]
        self._chance.shuffle(mixed)
        self._late = self._chance.sample(mixed, k=len(mixed) // 4)
        outcome: Outcome = {}
        for part in _parts(mixed, self._chance):
            outcome |= await self._inner.publish(part)
        return {envelope.event_id: outcome[envelope.event_id] for envelope in batch}

    async def receive(self, inbox: Inbox) -> None:
        """Receive twice, in another order."""
        twice = TwiceInbox(inbox.service, inbox.reactions, inbox.database, inbox.arrived, self._chance)
        await self._inner.receive(twice)

    async def receive_dead(self, inbox: Inbox) -> None:
        """As `inner` does."""
        await self._inner.receive_dead(inbox)

    async def state(self, service: str) -> LinkState:
        """As `inner` does."""
        return await self._inner.state(service)

    async def close(self) -> None:
        """As `inner` does."""
        await self._inner.close()


@dataclass(frozen=True)
class TwiceInbox(Inbox):
    """An inbox that is given everything twice, in two orders, at the same time."""

    chance: random.Random = field(default_factory=random.Random)

    async def accept(self, batch: Sequence[Delivery]) -> None:
        """Accept `batch` and `batch` again."""
        mixed = [*batch, *batch]
        self.chance.shuffle(mixed)
        half = len(mixed) // 2
        await asyncio.gather(Inbox.accept(self, mixed[:half]), Inbox.accept(self, mixed[half:]))


class DiesAfterPublishing:
    """Delivers, and then the process "dies" before anybody hears of it: the first `times` times."""

    def __init__(self, inner: Transport, times: int) -> None:
        self._inner = inner
        self.times = times

    async def publish(self, batch: Sequence[Envelope]) -> Outcome:
        """Deliver and raise, or deliver."""
        outcome = await self._inner.publish(batch)
        if self.times > 0:
            self.times -= 1
            raise ConnectionResetError("died between publishing and deleting")
        return outcome

    async def receive(self, inbox: Inbox) -> None:
        """As `inner` does."""
        await self._inner.receive(inbox)

    async def receive_dead(self, inbox: Inbox) -> None:
        """As `inner` does."""
        await self._inner.receive_dead(inbox)

    async def state(self, service: str) -> LinkState:
        """As `inner` does."""
        return await self._inner.state(service)

    async def close(self) -> None:
        """As `inner` does."""
        await self._inner.close()


def _parts(envelopes: Sequence[Envelope], chance: random.Random) -> Iterable[list[Envelope]]:
    """The same envelopes in parts, no id twice in one part."""
    rest: list[Envelope] = list(envelopes)
    while rest:
        part: dict[UUID, Envelope] = {}
        size = chance.randint(1, 40)
        later = []
        for envelope in rest:
            if len(part) < size and envelope.event_id not in part:
                part[envelope.event_id] = envelope
            else:
                later.append(envelope)
        yield list(part.values())
        rest = later


async def the_row(inbox: Inbox, consumer: str = "reader.write_down") -> Any:
    """The one row of `consumer`, and in how many seconds it is due."""
    (row,) = await rows(
        inbox.database,
        "select *, extract(epoch from next_at - msg.clock()) as due_in from msg.inbox where consumer = :consumer",
        consumer=consumer,
    )
    return row


async def drained(drain: Drain) -> int:
    """Run everything that is due; how many messages that were."""
    total = 0
    while ran := await drain.once():
        total += ran
    return total
