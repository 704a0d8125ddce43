"""Two small services to try messaging with: one says that something was noted, the other one acts on it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Column, Integer, String, Uuid, func, insert, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.suite.databases import ServiceDatabase
from shared import jobs, operations, traces
from shared.actor import Actor, the_service
from shared.clock import wall_clock
from shared.contracts.base import REGISTRY, Event
from shared.database import Database, Schema
from shared.ids import new_id
from shared.messaging import schema as messaging_schema
from shared.messaging.reactions import NotReady, Reactions
from shared.migrations import secure
from shared.operations import redaction
from shared.work import Work, begin

MERIDIAN, NORTHSTAR = UUID(int=1), UUID(int=2)
schema = Schema("reader")
effects = schema.table(
    "effects",
    Column("id", Uuid, primary_key=True),
    Column("thing_id", Uuid, nullable=False),
    Column("number", Integer, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("text", String, nullable=False),
    audited=False,
)
things = schema.table("things", Column("id", Uuid, primary_key=True), audited=False)


class Noted(Event):
    """Something was noted about a thing."""

    type: ClassVar[str] = "throughline.writer.thing.noted.v1"
    about: ClassVar[tuple[str, str]] = ("thing", "thing_id")
    thing_id: UUID
    number: int
    text: str = ""


class Made(Event):
    """A thing came to be."""

    type: ClassVar[str] = "throughline.writer.thing.made.v1"
    about: ClassVar[tuple[str, str]] = ("thing", "thing_id")
    thing_id: UUID


class Attached(Event):
    """A part was attached to a thing."""

    type: ClassVar[str] = "throughline.writer.part.attached.v1"
    about: ClassVar[tuple[str, str]] = ("part", "part_id")
    part_id: UUID
    thing_id: UUID


class Unheard(Event):
    """Something happened that nobody reacts to."""

    type: ClassVar[str] = "throughline.writer.thing.unheard.v1"
    about: ClassVar[tuple[str, str]] = ("thing", "thing_id")
    thing_id: UUID


for kind in (Noted, Made, Attached, Unheard):
    del REGISTRY[kind.type]  # these contracts are no part of the product

Spell = Callable[[Work, Noted], Awaitable[None]]


@dataclass
class Reader:
    """What the reading service does; a test may cast a spell on its handler."""

    reactions: Reactions = field(default_factory=Reactions)
    spell: Spell | None = None
    order: dict[UUID, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.reactions.on(Noted, consumer="reader.write_down")(self._write_down)
        self.reactions.on(Made, consumer="reader.know_thing")(self._know_thing)
        self.reactions.on(Attached, consumer="reader.attach")(self._attach)

    async def _write_down(self, work: Work, event: Noted, sequence: int) -> None:
        if self.spell:
            await self.spell(work, event)
        await write(work, event.thing_id, event.number, sequence, event.text)
        self.order.setdefault(event.thing_id, []).append(event.number)

    async def _know_thing(self, work: Work, event: Made, sequence: int) -> None:
        await work.session.execute(insert(things).values(id=event.thing_id))

    async def _attach(self, work: Work, event: Attached, sequence: int) -> None:
        known = await work.session.scalar(select(func.count()).where(things.c.id == event.thing_id))
        if not known:
            raise NotReady(f"thing/{event.thing_id}")
        await write(work, event.thing_id, 0, sequence, "attached")


async def write(work: Work, thing_id: UUID, number: int, sequence: int, words: str) -> None:
    """Have an effect that would show if it happened twice."""
    row = {"id": new_id(), "thing_id": thing_id, "number": number, "sequence": sequence, "text": words}
    await work.session.execute(insert(effects).values(row))


async def prepare(addresses: ServiceDatabase, app_role: str) -> None:
    """Make the tables of the probe and of messaging."""
    await as_owner(
        addresses,
        "drop schema if exists msg cascade",
        "drop table if exists effects, things, alembic_version",
        *messaging_schema.CREATE,
        *messaging_schema.KEEP_ORDER_UP,
        *jobs.DDL,
        *operations.UP,
        *traces.UP,
        *redaction.UP,
    )
    engine = create_async_engine(addresses.owner_url)
    async with engine.begin() as connection:
        await connection.run_sync(schema.metadata.create_all)
        await connection.execute(text("create table alembic_version (version_num text)"))
        for statement in secure(schema.metadata, app_role):
            await connection.execute(text(statement))
    await engine.dispose()


async def as_owner(addresses: ServiceDatabase, *statements: str) -> None:
    """Run `statements` as the owner of the database, in one transaction."""
    engine = create_async_engine(addresses.owner_url)
    async with engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement.replace("::", "\\:\\:")))
    await engine.dispose()


async def announce(database: Database, events: Iterable[Event], tenant_id: UUID = MERIDIAN) -> None:
    """Announce `events` in one work."""
    async with begin(database, writer(tenant_id), wall_clock()) as work:
        for event in events:
            work.publish(event)


def writer(tenant_id: UUID = MERIDIAN) -> Actor:
    """Who announces."""
    return the_service("writer", tenant_id)


async def effects_of(database: Database, tenant_id: UUID = MERIDIAN) -> list[tuple[UUID, int]]:
    """What the reader has done for a tenant: thing and number of every effect, sorted."""
    async with begin(database, the_service("reader", tenant_id), wall_clock()) as work:
        rows = await work.session.execute(
            select(effects.c.thing_id, effects.c.number).order_by(effects.c.thing_id, effects.c.number)
        )
        return [(row.thing_id, row.number) for row in rows]
