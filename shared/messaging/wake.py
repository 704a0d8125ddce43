"""Waking a relay in another process when something was announced; a lost call costs one poll and nothing else."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import asyncpg

from shared.database import Database
from shared.transactions import UNREACHABLE, at_once

log = logging.getLogger(__name__)
CHANNEL = "throughline_outbox"
AT_MOST_EVERY = 0.01  # seconds; what is announced meanwhile waits for the next call
ASK_EVERY = 10.0  # seconds; the driver does not notice by itself that the other side is gone
ANSWER_WITHIN = 5.0


async def call(database: Database) -> None:
    """Tell other processes of what this one announces, until cancelled: 100 times a second at most.

    On a connection of its own: a notification inside a business transaction would make commits wait for each other.
    """
    while True:
        await database.announced.wait()
        database.announced.clear()
        try:
            await at_once(database, f"notify {CHANNEL}")
        except UNREACHABLE as error:
            log.warning("other processes were not told that something was announced: %s", error)
        await asyncio.sleep(AT_MOST_EVERY)


async def listen(database: Database) -> None:
    """Take other processes' announcements for this one's, until cancelled; raises when the connection dies."""
    async with database.engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        assert isinstance(driver, asyncpg.Connection)  # noqa: S101 - for the type checker

        def heard(*_: object) -> None:
            database.announced.set()

        await driver.add_listener(CHANNEL, heard)
        try:
            while True:
                await asyncio.sleep(ASK_EVERY)
                await driver.fetchval("select 1", timeout=ANSWER_WITHIN)
        finally:
            if not driver.is_closed():
                await driver.remove_listener(CHANNEL, heard)
