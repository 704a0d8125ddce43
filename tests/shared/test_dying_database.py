"""A database that dies in the middle: who tells other processes of what has happened outlives it, others hear of it."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError

from shared.database import Database, connect
from shared.messaging import wake
from shared.messaging.verdict import is_away
from shared.pages import live
from shared.transactions import transaction
from tests.chaos.proxy import Ends
from tests.conftest import DatabaseFactory
from tests.support.api import MERIDIAN

Beside = Callable[[Database], Coroutine[None, None, None]]
SHUT_DOWN = "57P02"


class Passage:
    """A way to PostgreSQL that can say what a server says last, before its connections end."""

    def __init__(self, there: str) -> None:
        self._there = there
        self._callers: list[asyncio.StreamWriter] = []
        self.is_dying = False
        """Whether the next question ends its connection."""

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Connect one caller with the server."""
        answers, questions = await asyncio.open_unix_connection(self._there)
        self._callers.append(writer)
        await asyncio.gather(self._pass_on((reader, questions)), self._pass_on((answers, writer)))

    def last_words(self) -> None:
        """Say to everybody that the server goes; the connections stay as they are, as they do for a moment."""
        for writer in self._callers:
            writer.write(said(b"E", "FATAL") + said(b"N", "WARNING"))

    def end(self) -> None:
        """End every connection."""
        while self._callers:
            self._callers.pop().transport.abort()

    async def _pass_on(self, ends: Ends) -> None:
        reader, writer = ends
        try:
            while (some := await reader.read(65_536)) and not self.is_dying:
                writer.write(some)
        except ConnectionError:
            pass
        finally:
            writer.transport.abort()


def said(kind: bytes, severity: str) -> bytes:
    """An error or a notice as PostgreSQL sends it."""
    fields = {b"S": severity, b"V": severity, b"C": SHUT_DOWN, b"M": "terminating connection"}
    body = b"".join(name + value.encode() + b"\0" for name, value in fields.items()) + b"\0"
    return kind + struct.pack("!i", len(body) + 4) + body


@asynccontextmanager
async def by_passage(url: str, directory: Path) -> AsyncIterator[tuple[Database, Passage]]:
    """A database with one connection, which is reached by a passage of our own."""
    (sockets,) = parse_qs(urlsplit(url).query)["host"]
    passage = Passage(f"{sockets}/.s.PGSQL.5432")
    database = connect("crm", url.replace(sockets, str(directory)), pool_size=1)
    async with await asyncio.start_unix_server(passage.take, directory / ".s.PGSQL.5432"):
        yield database, passage
        await database.engine.dispose()
        passage.end()


@pytest.mark.parametrize(("beside", "channel"), [(live.tell, live.CHANNEL), (wake.call, wake.CHANNEL)])
async def test_a_server_that_dies_under_a_notification_ends_nobody(
    beside: Beside, channel: str, service_database: DatabaseFactory, tmp_path: Path
) -> None:
    url = service_database("crm").app_url
    heard: asyncio.Queue[str] = asyncio.Queue()
    listening = await asyncpg.connect(url.replace("+asyncpg", ""))
    await listening.add_listener(channel, lambda *_: heard.put_nowait("something"))

    async with by_passage(url, tmp_path) as (database, passage):
        telling = asyncio.create_task(beside(database))
        something_happens(database)
        await asyncio.wait_for(heard.get(), 30)
        await spoken_to(database, passage)
        something_happens(database)
        await taken(database)
        passage.end()
        something_happens(database)

        await asyncio.wait_for(
            asyncio.wait({telling, asyncio.create_task(heard.get())}, return_when="FIRST_COMPLETED"), 30
        )
        assert not telling.done()
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
    await listening.close()


async def test_a_server_that_dies_as_a_transaction_begins_is_away(
    service_database: DatabaseFactory, tmp_path: Path
) -> None:
    async with by_passage(service_database("crm").app_url, tmp_path) as (database, passage):
        async with transaction(database):
            pass
        passage.is_dying = True
        with pytest.raises(DBAPIError) as told:
            async with transaction(database):
                pass

    assert is_away(told.value)


def something_happens(database: Database) -> None:
    """Have something to tell, as a commit does."""
    database.announced.set()
    database.changes.note(MERIDIAN, something_happens)


async def spoken_to(database: Database, passage: Passage) -> None:
    """Have the server's last words arrive while nothing is under way."""
    arrived = asyncio.Event()
    async with database.engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert isinstance(driver, asyncpg.Connection)
        driver.add_log_listener(lambda *_: arrived.set())
        await connection.rollback()
        passage.last_words()
        await asyncio.wait_for(arrived.wait(), 30)


async def taken(database: Database) -> None:
    """Wait until what has happened was taken up."""
    async with asyncio.timeout(30):
        while database.announced.is_set() and database.changes.arrived.is_set():
            await asyncio.sleep(0.01)
