"""The floors: what a time entry costs without the product. Run as `uvicorn deploy.bench.floors:<application>`.

`validated` is FastAPI and pydantic without a database; `raw` adds asyncpg and the least there is to write: the entry
and its event, two statements in one transaction; `raw_many` takes a hundred entries and writes them by unnest.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from uuid import UUID

import asyncpg
from fastapi import FastAPI
from pydantic import BaseModel, Field

POOL = 20
TABLES = """
create table if not exists floor_entry (
    id uuid primary key, task_id uuid not null, day date not null, minutes integer not null, note text not null);
create table if not exists floor_outbox (
    id bigint generated always as identity primary key, entry_id uuid not null, payload bytea not null)
"""
ENTRY = "insert into floor_entry (id, task_id, day, minutes, note) values ($1, $2, $3, $4, $5)"
EVENT = "insert into floor_outbox (entry_id, payload) values ($1, $2)"
MANY = "insert into floor_entry select * from unnest($1::uuid[], $2::uuid[], $3::date[], $4::int[], $5::text[])"


class Entry(BaseModel):
    task_id: UUID
    day: date
    minutes: int = Field(ge=1, le=1440)
    note: str = ""


class EntryWithId(Entry):
    id: UUID


class Entries(BaseModel):
    entries: list[EntryWithId]


class Answer(EntryWithId):
    state: str


@asynccontextmanager
async def _connected(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["FLOOR_URL"], min_size=POOL, max_size=POOL) as pool:
        await pool.execute(TABLES)
        app.state.pool = pool
        yield


validated = FastAPI()
raw = FastAPI(lifespan=_connected)


@validated.put("/time-entries/{entry_id}", status_code=201)
async def check(entry_id: UUID, body: Entry) -> Answer:
    """Validate and answer."""
    return Answer(id=entry_id, state="open", **body.model_dump())


@raw.put("/time-entries/{entry_id}", status_code=201)
async def write(entry_id: UUID, body: Entry) -> Answer:
    """Validate, write entry and event, commit, answer."""
    async with raw.state.pool.acquire() as connection, connection.transaction():
        await connection.execute(ENTRY, entry_id, body.task_id, body.day, body.minutes, body.note)
        await connection.execute(EVENT, entry_id, body.model_dump_json().encode())
    return Answer(id=entry_id, state="open", **body.model_dump())


@raw.post("/time-entries", status_code=201)
async def write_many(body: Entries) -> list[Answer]:
    """Validate, write all entries and one event for them, commit, answer."""
    columns = zip(*((each.id, each.task_id, each.day, each.minutes, each.note) for each in body.entries), strict=True)
    async with raw.state.pool.acquire() as connection, connection.transaction():
        await connection.execute(MANY, *map(list, columns))
        payload = json.dumps([str(each.id) for each in body.entries]).encode()
        await connection.execute(EVENT, body.entries[0].id, payload)
    return [Answer(state="open", **each.model_dump()) for each in body.entries]
