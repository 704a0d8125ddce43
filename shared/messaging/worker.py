"""The part of a service that never answers a request: it sends what was announced and acts on what arrived."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable
from contextlib import suppress
from typing import Any

from sqlalchemy import text

from shared.clock import Clock, wall_clock
from shared.database import Database
from shared.ids import new_id
from shared.messaging import gauges, wake
from shared.messaging.backoff import growing
from shared.messaging.drain import Drain
from shared.messaging.inbox import Inbox
from shared.messaging.pace import Pace
from shared.messaging.reactions import Reactions
from shared.messaging.relay import Relay
from shared.messaging.transport import LinkDown, Transport
from shared.messaging.verdict import is_away

log = logging.getLogger(__name__)
RELAYS, DRAINS = 2, 2
POLL = 0.5  # seconds; how late a lost wake-up is at most
MEASURE_EVERY = 15.0
MAINTAIN_EVERY = 24 * 3600.0
GRACE = 25.0  # seconds for what is under way when told to stop
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
INSIST_EVERY = 1.0  # seconds between two cancellations of what does not end


class Worker:
    """Runs the messaging of one service: relays, receivers, drains, upkeep; any number may run side by side."""

    def __init__(
        self,
        service: str,
        reactions: Iterable[Reactions],
        database: Database,
        transport: Transport,
        clock: Clock = wall_clock,
        *,
        pace: Pace | None = None,
    ) -> None:
        self._database = database
        self._transport = transport
        self._inbox = Inbox(service, Reactions.together(reactions), database)
        self._clock = clock
        self._id = new_id()
        self._pace = pace or Pace()
        self._stopping = self._pace.stopping
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        """Work until `stop`; a part that fails is logged and starts again after a growing pause."""
        endless = [
            asyncio.create_task(self._keep_up(part))
            for part in (self._receive, self._receive_dead, self._listen, self._measure, self._maintain)
        ]
        steps = [asyncio.create_task(self._repeat(self._pace.kept(step), woken)) for step, woken in self._steps()]
        try:
            await self._stopping.wait()
            await _end(endless)
            await asyncio.wait(steps, timeout=GRACE)
        finally:
            await _end([*endless, *steps])
            await self._transport.close()
            self._stopped.set()

    async def stop(self) -> None:
        """Take nothing new, finish what is under way (25 s at most), then return; nothing is counted as failed."""
        self._stopping.set()
        self._database.announced.set()
        self._inbox.arrived.set()
        await self._stopped.wait()

    def _steps(self) -> Iterable[tuple[Callable[[], Awaitable[int]], asyncio.Event]]:
        for _ in range(RELAYS):
            yield Relay(self._database, self._transport).once, self._database.announced
        for _ in range(DRAINS):
            yield Drain(self._inbox, self._clock).once, self._inbox.arrived

    async def _repeat(self, step: Callable[[], Awaitable[int]], woken: asyncio.Event) -> None:
        """Do `step` again and again while there is something to do, else when woken, and now and then anyway."""
        failures = 0
        while not self._stopping.is_set():
            try:
                busy = await step()
            except Exception as error:
                failures += 1
                _say(error)
                await self._pause(failures)
                continue
            failures = 0
            if not busy and not self._stopping.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(woken.wait(), POLL)
                woken.clear()

    async def _keep_up(self, part: Callable[[], Coroutine[Any, Any, None]]) -> None:
        failures = 0
        while not self._stopping.is_set():
            began = asyncio.get_running_loop().time()
            try:
                await part()
            except Exception as error:
                healthy = asyncio.get_running_loop().time() - began > 2 * LONGEST_PAUSE
                failures = 1 if healthy else failures + 1
                _say(error)
                await self._pause(failures)

    async def _pause(self, failures: int) -> None:
        with suppress(TimeoutError):
            pause = growing(failures, first=FIRST_PAUSE, longest=LONGEST_PAUSE)
            await asyncio.wait_for(self._stopping.wait(), pause)

    async def _receive(self) -> None:
        await self._transport.receive(self._inbox)

    async def _receive_dead(self) -> None:
        await self._transport.receive_dead(self._inbox)

    async def _listen(self) -> None:
        await wake.listen(self._database)

    async def _measure(self) -> None:
        while True:
            await gauges.measure(self._database)
            await gauges.report(self._database, self._id, await self._transport.state(self._database.service))
            await asyncio.sleep(MEASURE_EVERY)

    async def _maintain(self) -> None:
        """Keep the parts of event log and inbox made ahead and the outdated ones dropped."""
        while True:
            async with self._database.engine.begin() as connection:
                await connection.execute(text("select msg.maintain()"))
            await asyncio.sleep(MAINTAIN_EVERY)


def _say(error: Exception) -> None:
    if isinstance(error, LinkDown):
        log.warning("%s", error)
    elif isinstance(error, OSError) or is_away(error):
        log.warning("the database is away: %s", str(error).partition("\n")[0])
    else:
        log.error("a part of the worker failed and starts again", exc_info=error)


async def _end(tasks: Collection[asyncio.Task[None]]) -> None:
    """Cancel `tasks` until they are over; a connection that ends in this moment may swallow one cancellation."""
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=INSIST_EVERY)
    await asyncio.gather(*tasks, return_exceptions=True)
