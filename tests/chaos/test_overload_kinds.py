"""The broker in alarm or without disk, a slow consumer, a lane or a record that is stuck: the API goes on, it shows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from shared.announcements import LANES
from shared.ids import new_id
from tests.chaos.ground import Ground, ground
from tests.chaos.issuer import keys_served
from tests.chaos.overload import UNDONE, Firm, selling
from tests.support.api import ISSUER
from tests.support.databases import Databases
from tests.support.processes import Program
from tests.support.rabbitmq import Broker

pytestmark = [pytest.mark.long, pytest.mark.asyncio(loop_scope="module")]

LANE = "3"
FEW = 50
CONSUMER = "resourcing.expect_deal"
SHOWS_AFTER = 10.0  # seconds
TRANSACTION_SECONDS = 20.0
SEND_AGE, ACT_AGE = "throughline_outbox_oldest_age_seconds", "throughline_inbox_oldest_age_seconds"
ALARMS = {
    "memory": (("set_vm_memory_high_watermark", "absolute", "1MB"), ("set_vm_memory_high_watermark", "0.4")),
    "disk": (("set_disk_free_limit", "9999GB"), ("set_disk_free_limit", "100MB")),
}
TRIGGER = """
create function hindered() returns trigger language plpgsql as $$ begin {what}; return new; end $$;
create trigger hindered before insert or update on deals for each row {when} execute function hindered();
"""
FREE = "drop function hindered() cascade"
OF_DEAL = "select count(*) from msg.inbox where subject = $1 and status = $2"


@pytest.fixture(scope="module")
def where(databases: Databases, broker: Broker) -> Iterator[Ground]:
    """Databases, empty, and a broker."""
    with ground(databases, broker, broker.fresh_url()) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def firm(where: Ground) -> AsyncIterator[Firm]:
    """Sellers at work, whatever the tests do; in the end everything must have arrived once."""
    with keys_served() as keys:
        async with selling(where, keys) as working:
            yield working
            await working.everything_arrived_once()


@pytest.mark.parametrize("kind", ALARMS)
async def test_a_broker_in_alarm_stops_nobody_and_drains_when_it_ends(firm: Firm, kind: str) -> None:
    alarm, calm = ALARMS[kind]
    firm.ground.broker.rabbitmqctl(*alarm)
    try:
        await firm.shows("crm-worker", "throughline_broker_blocked_seconds", over=SHOWS_AFTER)
        await firm.shows("crm-worker", SEND_AGE, over=SHOWS_AFTER)
        await firm.goes_on()
    finally:
        firm.ground.broker.rabbitmqctl(*calm)
    await firm.shows("crm-worker", "throughline_broker_blocked_seconds", under=1)
    await firm.shows("crm-worker", SEND_AGE, under=SHOWS_AFTER)


async def test_a_slow_consumer_is_behind_and_holds_no_transaction_for_long(firm: Firm) -> None:
    async with hindered(firm, "perform pg_sleep(3)"):
        await firm.shows("resourcing-worker", ACT_AGE, over=3 * SHOWS_AFTER, consumer=CONSUMER)
        assert await firm.metric("resourcing-worker", "throughline_inbox_messages", consumer=CONSUMER) > 0
        longest = await firm.metric("resourcing-worker", "throughline_oldest_transaction_age_seconds")
        await firm.goes_on()
        assert await firm.metric("crm-worker", SEND_AGE) < SHOWS_AFTER
    assert longest < TRANSACTION_SECONDS
    await firm.shows("resourcing-worker", ACT_AGE, under=SHOWS_AFTER, consumer=CONSUMER)


async def test_a_lane_that_is_held_back_keeps_its_own_and_the_others_go_on(firm: Firm) -> None:
    await say(firm, "pause")
    await firm.shows("crm-worker", SEND_AGE, over=SHOWS_AFTER, lane=LANE)
    assert await firm.metric("crm-worker", "throughline_relay_lane_paused", lane=LANE) == 1
    others = [await firm.metric("crm-worker", SEND_AGE, lane=str(lane)) for lane in range(LANES) if str(lane) != LANE]
    await firm.goes_on()

    await say(firm, "resume")
    assert max(others) < SHOWS_AFTER
    await firm.shows("crm-worker", SEND_AGE, under=SHOWS_AFTER, lane=LANE)


async def test_a_record_that_fails_waits_by_itself_and_goes_on_once_it_can(firm: Firm) -> None:
    deal = new_id()
    async with hindered(firm, "raise 'not this one'", when=f"when (new.id = '{deal}')"):
        await firm.sellers.write_down(deal)
        await firm.shows("resourcing-worker", "throughline_inbox_messages", over=0, consumer=CONSUMER, status="retry")
        await firm.goes_on()
        assert await firm.metric("resourcing-worker", ACT_AGE, consumer=CONSUMER) > 0
        assert await firm.value("resourcing", UNDONE) < FEW

    async def is_done() -> bool:
        return bool(await firm.value("resourcing", OF_DEAL, f"opportunity/{deal}", "done"))

    await firm.until(is_done, what="the deal was remembered")


async def say(firm: Firm, what: str) -> None:
    """Have an operator hold the lane back, or let it go on."""
    command = ("services.crm", what, "lane", LANE, "--reason", "a drill")
    settings = {"DATABASE_URL": firm.ground.databases["crm"].app_url, "ISSUER_URL": ISSUER}
    operator = Program.start("operator", *command, directory=firm.ground.directory, settings=settings)
    await asyncio.to_thread(operator.finish)


@asynccontextmanager
async def hindered(firm: Firm, what: str, when: str = "") -> AsyncIterator[None]:
    """Have resourcing's database do `what` with each deal that it is to remember, for the time of the block."""
    async with firm.connected("resourcing") as connection:
        await connection.execute(TRIGGER.format(what=what, when=when))
        try:
            yield
        finally:
            await connection.execute(FREE)
