"""Coming to rest: nothing waits and nothing moves, in databases and queues, and every process is back."""

from __future__ import annotations

import asyncio
import time

import asyncpg

from deploy.checker.history import History
from deploy.checker.look import looking
from deploy.checker.quiescence import fingerprint, unfinished
from deploy.checker.sightings import Sightings
from tests.chaos.adversary import Adversary
from tests.chaos.fleet import Fleet
from tests.chaos.ground import Ground

REST_SECONDS = 120.0  # until everything must have come to rest once nothing goes wrong any more
STILL_SECONDS = 1.6  # three turns of a relay


async def at_rest(ground: Ground, fleet: Fleet, adversary: Adversary) -> tuple[float, list[str]]:
    """How many seconds it took to come to rest, and what had not when the time was over."""
    began = time.monotonic()
    waiting = ["nothing was looked at yet"]
    while waiting and time.monotonic() - began < REST_SECONDS:
        waiting = [f"{name} is not back yet" for name in fleet.away]
        waiting += ["the adversary holds something"] if adversary.holds else []
        waiting = waiting or await _moving(ground)
        await asyncio.sleep(0.3 if waiting else 0)
    return round(time.monotonic() - began, 2), waiting


async def _moving(ground: Ground) -> list[str]:
    try:
        async with looking(ground.superuser, Sightings(), History(), settled=False) as look:
            if waiting := await unfinished(look):
                return waiting
            before = await fingerprint(look)
            queued, _ = await asyncio.gather(asyncio.to_thread(_queued, ground), asyncio.sleep(STILL_SECONDS))
            return queued if before == await fingerprint(look) else ["something moves"]
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        return [f"the databases are away: {error!r}"]


def _queued(ground: Ground) -> list[str]:
    host = ground.broker_url.rpartition("/")[2] or "/"
    said = ground.broker.rabbitmqctl("list_queues", "-p", host, "name", "messages", "--no-table-headers")
    return [line for line in said.splitlines() if not line.endswith("\t0")]
