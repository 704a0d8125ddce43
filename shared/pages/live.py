"""Pages that change by themselves: a stream of small signals to every browser, each saying only where to look again.

Workers and other replicas are heard through PostgreSQL: a notification in a statement of its own, never in a business
transaction, which would make commits wait for each other.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import text
from starlette.types import Receive, Scope, Send

from shared.auth import Claims
from shared.database import Database
from shared.pages.problems import EVENTS, PlainPageRoute
from shared.pages.session import Sessions
from shared.transactions import UNREACHABLE, at_once
from shared.web.front import Drain
from shared.web.limits import TooManyRequests

log = logging.getLogger(__name__)

CHANNEL = "throughline_changed"
TELL = text("select pg_notify(:channel, :said)")
TOLD_AT_MOST_EVERY = 0.2  # seconds
LOOK_EVERY = 1.0
BEAT_EVERY = 20.0
ASK_EVERY, ANSWER_WITHIN = 10.0, 5.0
STREAMS, STREAMS_OF_ONE = 1000, 20
COME_BACK_AFTER = 5

Signals = asyncio.Queue[str]


async def tell(database: Database) -> None:
    """Tell every process of the service what this one has changed, until cancelled: five times a second at most."""
    while True:
        await database.changes.arrived.wait()
        told = database.changes.take()
        try:
            for tenant_id, features in told.items():
                said = json.dumps([str(tenant_id), *sorted(features)])
                await at_once(database, TELL, {"channel": CHANNEL, "said": said})
        except UNREACHABLE as error:
            log.warning("browsers were not told what has changed: %s", error)
        await asyncio.sleep(TOLD_AT_MOST_EVERY)


class Streams:
    """The browsers that listen to this process; it listens to the database for as long as there is one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._open: dict[tuple[UUID, str], list[Signals]] = {}
        self._listening: asyncio.Task[None] | None = None
        self.listening = asyncio.Event()
        """Whether PostgreSQL has been asked to tell."""

    def open(self, claims: Claims) -> Signals:
        """The signals for one more browser of whoever `claims` are about. Raises TooManyRequests."""
        theirs = self._open.get((claims.tenant_id, claims.subject), [])
        if len(theirs) >= STREAMS_OF_ONE or sum(map(len, self._open.values())) >= STREAMS:
            raise TooManyRequests(COME_BACK_AFTER)
        signals: Signals = asyncio.Queue(maxsize=100)
        self._open[claims.tenant_id, claims.subject] = [*theirs, signals]
        if self._listening is None or self._listening.done():
            self._listening = asyncio.create_task(self._listen())
        return signals

    def close(self, claims: Claims, signals: Signals) -> None:
        """Forget a browser that has gone; with the last one, stop to listen."""
        who = (claims.tenant_id, claims.subject)
        self._open[who] = [one for one in self._open[who] if one is not signals]
        if not self._open[who]:
            del self._open[who]
        if not self._open and self._listening is not None:
            self._listening.cancel()

    def heard(self, tenant_id: UUID, features: list[str]) -> None:
        """Pass on what has changed to the browsers of `tenant_id`; one that does not read misses some."""
        for (theirs, _), streams in self._open.items():
            for signals in streams if theirs == tenant_id else ():
                for feature in features:
                    if not signals.full():
                        signals.put_nowait(feature)

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_once()
            except UNREACHABLE as error:
                log.warning("changes cannot be heard: %s", error)
                await asyncio.sleep(LOOK_EVERY)

    async def _listen_once(self) -> None:
        """Pass on what is told, until the connection dies."""
        async with self._database.engine.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection

            def told(_: object, __: int, ___: str, said: str) -> None:
                tenant, *features = json.loads(said)
                self.heard(UUID(tenant), features)

            await driver.add_listener(CHANNEL, told)
            self.listening.set()
            try:
                while True:
                    await asyncio.sleep(ASK_EVERY)
                    await driver.fetchval("select 1", timeout=ANSWER_WITHIN)
            finally:
                self.listening.clear()
                if not driver.is_closed():
                    await driver.remove_listener(CHANNEL, told)


def live(streams: Streams, drain: Drain, sessions: Sessions) -> APIRouter:
    """`/live`: one stream for one browser, which lasts until its access token ends or the process does."""
    router = APIRouter(include_in_schema=False, route_class=PlainPageRoute)

    @router.get("/live")
    async def stream(request: Request) -> Response:
        """Say which features have changed, each by its name."""
        session, claims = await sessions.opened(request)
        signals = streams.open(claims)
        seconds = session.expires_at - sessions.clock().timestamp()
        answer = Stream(said(streams.listening, signals, drain, seconds), lambda: streams.close(claims, signals))
        sessions.keep_renewed(request, answer)
        return answer

    return router


class Stream(StreamingResponse):
    """An answer that goes on; `ended` is called however it ends, even before it has begun."""

    def __init__(self, content: AsyncIterator[str], ended: Callable[[], None]) -> None:
        super().__init__(content, media_type=EVENTS)
        self._ended = ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what there is until one side has enough."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._ended()


async def said(listening: asyncio.Event, signals: Signals, drain: Drain, seconds: float) -> AsyncIterator[str]:
    """The events of one stream, for at most `seconds`: `ready` once nothing is missed any more, then what changes.

    A comment now and then keeps it open on the way.
    """
    loop = asyncio.get_running_loop()
    ends_at, beat_at = loop.time() + seconds, loop.time() + BEAT_EVERY
    with suppress(TimeoutError):
        await asyncio.wait_for(listening.wait(), ANSWER_WITHIN)
        yield "retry: 3000\nevent: ready\ndata: \n\n"
    while not drain.has_begun and loop.time() < ends_at:
        try:
            feature = await asyncio.wait_for(signals.get(), LOOK_EVERY)
            yield f"event: changed\ndata: {feature}\n\n"
        except TimeoutError:
            if loop.time() >= beat_at:
                beat_at = loop.time() + BEAT_EVERY
                yield ": still here\n\n"
