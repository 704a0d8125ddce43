"""What the databases of the suite say when a story has been told: read as superuser, whoever wrote it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from deploy.suite.members import PUT_ASIDE, SERVICES
from shared.contracts.base import REGISTRY
from shared.telemetry import routing_key

PATIENCE_SECONDS = 120.0
LOOK_AGAIN_SECONDS = 0.05
LOOKS = 3  # an event may slip from one service to another behind the back of one look
LOGGED = "select event_id, type, correlation_id, traceparent from msg.event_log"
UNFINISHED = """
select (select count(*) from msg.outbox)
     + (select count(*) from msg.inbox where status in ('pending', 'retry', 'waiting'))
     + (select count(*) from msg.job where state in ('queued', 'running'))
"""
REACTING = frozenset((each.consumer, each.routing_key) for service in SERVICES for each in service.all_reactions)
HANDLED = "select consumer, event_id, status, attempts, crashes from msg.inbox"


@dataclass(frozen=True)
class Logged:
    """One announced event, as its sender keeps it."""

    service: str
    event_id: UUID
    type: str
    correlation_id: UUID
    traceparent: str | None

    @property
    def trace_id(self) -> str:
        """The trace in which it was announced, 32 hex digits; empty outside of any."""
        return self.traceparent.split("-")[1] if self.traceparent else ""


@dataclass(frozen=True)
class Evidence:
    """The databases, by service: superuser's addresses."""

    addresses: Mapping[str, str]

    async def rows(self, service: str, query: str, *values: Any) -> list[Any]:
        """What `query` finds in the database of `service`."""
        async with _connected(self.addresses[service]) as connection:
            return list(await connection.fetch(query, *values))

    async def value(self, service: str, query: str, *values: Any) -> Any:
        """The one value that `query` gives in the database of `service`."""
        async with _connected(self.addresses[service]) as connection:
            return await connection.fetchval(query, *values)

    async def settled(self) -> None:
        """Wait until every announced event has been acted on and no job waits; fails after two minutes."""
        quiet = 0
        async with asyncio.timeout(PATIENCE_SECONDS):
            while quiet < LOOKS:
                unfinished = [await self.value(service, UNFINISHED) for service in self.addresses]
                quiet = 0 if any(unfinished) else quiet + 1
                await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def put_aside(self) -> list[str]:
        """What nobody could act on: parked messages and failed jobs, each with its reason."""
        return [
            f"{service}: {row['what']}: {row['why']}"
            for service in self.addresses
            for row in await self.rows(service, PUT_ASIDE.text)
        ]

    async def events(self) -> list[Logged]:
        """Every event that was ever sent."""
        return [Logged(service, *row) for service in self.addresses for row in await self.rows(service, LOGGED)]

    async def events_of(self, threads: Iterable[UUID]) -> list[Logged]:
        """The events of some threads."""
        wanted = set(threads)
        return [event for event in await self.events() if event.correlation_id in wanted]

    async def reactions(self) -> list[Any]:
        """Every message of every inbox: consumer, event_id, status, attempts, crashes."""
        return [row for service in self.addresses for row in await self.rows(service, HANDLED)]

    async def every_event_had_each_effect_once(self, reacting: Collection[tuple[str, str]] = REACTING) -> None:
        """Fails unless every event was acted on by exactly the consumers that react to it, and by each once.

        `reacting` has every consumer with the routing key that it listens to: today's, unless told otherwise.
        """
        events = await self.events()
        assert {event.type for event in events} <= REGISTRY.keys()
        keys = {event.event_id: routing_key(event.type) for event in events}
        wanted = Counter((consumer, each) for each, key in keys.items() for consumer, wants in reacting if wants == key)
        found = await self.reactions()
        assert Counter((row["consumer"], row["event_id"]) for row in found) == wanted
        assert {row["status"] for row in found} == {"done"}
        assert await self.put_aside() == []


@asynccontextmanager
async def _connected(address: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(address.replace("+asyncpg", "", 1))
    try:
        yield connection
    finally:
        await connection.close()
