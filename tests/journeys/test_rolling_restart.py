"""Every process of the suite is restarted while the thread is played, and nobody notices but by waiting a moment."""

from __future__ import annotations

import asyncio
from functools import partial
from itertools import count

import pytest

from deploy.suite import selling
from deploy.suite.desk import Desk, eventually
from shared import telemetry
from tests.support.collector import collecting
from tests.support.databases import Databases
from tests.support.rabbitmq import Broker
from tests.support.separate_services import SeparateServices, separate_services
from tests.support.story import OUTCOME, at_their_desks, outcome, told

COLLEAGUES_AT_ONCE = 2
PAUSE_SECONDS = 0.05  # so that the load leaves the processes something to start with

pytestmark = pytest.mark.long


async def test_a_rolling_restart_under_load_loses_doubles_and_spends_nothing(
    databases: Databases, broker: Broker
) -> None:
    with collecting() as collector, separate_services(databases, broker, collector.url) as (services, evidence):
        async with at_their_desks(services.edge()) as (desks, erp), asyncio.TaskGroup() as tasks:
            tasks.create_task(told(desks, erp, telemetry.watch("story")))
            restarts = tasks.create_task(restart_everything(services))
            numbers = count()
            for _ in range(COLLEAGUES_AT_ONCE):
                tasks.create_task(sign_up_customers_until(restarts, desks["ines"], numbers))
        await evidence.settled()

        assert await outcome(evidence) == OUTCOME
        await evidence.every_event_had_each_effect_once()
        assert {(row["attempts"], row["crashes"]) for row in await evidence.reactions()} == {(1, 0)}
        assert await evidence.value("crm", "select count(*) from accounts where name like 'Customer %'") == next(
            numbers
        )


async def restart_everything(services: SeparateServices) -> None:
    """Restart each API and each worker, one after the other."""
    for program in list(services.running):
        started = await asyncio.to_thread(services.restart, program)
        service, _, command = started.name.partition("-")
        if command == "worker":
            await eventually(partial(services.listeners, service), what=f"{service} to listen again")


async def sign_up_customers_until(over: asyncio.Task[None], ines: Desk, numbers: count[int]) -> None:
    """Keep the services busy."""
    while not over.done():
        await selling.sign_up(ines, f"Customer {next(numbers)}", "Graz")
        await asyncio.sleep(PAUSE_SECONDS)
