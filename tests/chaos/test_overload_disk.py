"""The broker's disk is full, down to the last byte: the API goes on, it shows, and nothing is lost."""

from __future__ import annotations

import asyncio
import errno
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.chaos.ground import ground
from tests.chaos.issuer import keys_served
from tests.chaos.overload import selling
from tests.chaos.sabotage import small_disk
from tests.support.databases import Databases
from tests.support.rabbitmq import throwaway_broker
from tests.support.slots import slot

CHUNK = 2**20
SHOWS_AFTER = 10.0  # seconds
SEND_AGE = "throughline_outbox_oldest_age_seconds"


@pytest.mark.long
async def test_a_broker_without_a_byte_of_disk_stops_nobody_and_everything_arrives_once_it_has_some(
    databases: Databases, capsys: pytest.CaptureFixture[str]
) -> None:
    with ExitStack() as stack:
        base = stack.enter_context(slot("full-rabbitmq"))
        disk = stack.enter_context(small_disk(base))
        if disk is None:
            with capsys.disabled():
                print("not injected: disk_full (no right to mount a small disk)")  # noqa: T201 - for whoever runs the tests
            pytest.skip("no right to mount a small disk")
        broker = stack.enter_context(throwaway_broker(base / "node"))
        where = stack.enter_context(ground(databases, broker, broker.url))
        async with selling(where, stack.enter_context(keys_served())) as firm:
            await firm.goes_on()
            broker.rabbitmqctl("set_disk_free_limit", "1")  # or the broker would stop taking messages before
            filler = await asyncio.to_thread(filled, disk)
            await firm.shows("crm-worker", SEND_AGE, over=2 * SHOWS_AFTER)
            await firm.goes_on()

            filler.unlink()
            await asyncio.to_thread(broker.kill)  # what has met a full disk may not go on by itself
            await asyncio.to_thread(broker.start)
            await firm.shows("crm-worker", SEND_AGE, under=SHOWS_AFTER)
            await firm.everything_arrived_once()


def filled(disk: Path) -> Path:
    """Fill `disk` until nothing goes onto it any more; the file that does."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (CHUNK, 1):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError as error:
                assert error.errno == errno.ENOSPC
    return filler
