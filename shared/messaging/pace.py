"""How fast a worker goes: at once through what came in a moment, step by step with rests through what takes long."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

BURST = 20.0  # seconds without a break; what is done by then is never held up
REST = 1.0  # seconds of rest for one of work

Step = Callable[[], Awaitable[int]]


@dataclass(frozen=True)
class Pace:
    """Keeps a long backlog from taking the processors and disks that people's requests need in the same moment.

    The parts of a worker share one. A part is a step that is repeated while it tells of something done.
    """

    rest: float = REST
    """The seconds of rest for one of work; 0 for none."""
    burst: float = BURST
    """For how many seconds a part goes on beside the others and without a rest."""
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    """Set, nothing rests any more."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def kept(self, step: Step) -> Step:
        """`step`, which once its burst is over takes turns with the other parts and rests before the next one's."""
        since: float | None = None

        async def paced() -> int:
            nonlocal since
            now = time.monotonic()
            since = now if since is None else since
            is_long = self.rest and now - since >= self.burst
            done = await (self._in_turn(step) if is_long else step())
            since = since if done else None
            return done

        return paced

    async def _in_turn(self, step: Step) -> int:
        async with self.turn:
            began = time.monotonic()
            done = await step()
            if done:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.stopping.wait(), self.rest * (time.monotonic() - began))
        return done
