"""Billing's database is lost and restored while the other services run on: what they did meanwhile arrives, once."""

import asyncio
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from deploy.checker.check import check
from deploy.checker.history import History
from deploy.checker.look import looking
from deploy.checker.sightings import Sightings
from deploy.suite import selling
from deploy.suite.databases import create_service_database
from deploy.suite.desk import eventually
from deploy.suite.postgres_home import installed_programs
from services.billing.service import service
from shared import telemetry
from shared.operations.backup import Keeper
from tests.support.collector import collecting
from tests.support.databases import Databases
from tests.support.evidence import Evidence
from tests.support.rabbitmq import Broker
from tests.support.separate_services import separate_services
from tests.support.story import OUTCOME, at_their_desks, outcome, told

NUMBERED = "select last_number from number_series where series like 'INV%'"
KNOWS = "select count(*) from customers where name = $1"


@pytest.mark.long
async def test_billing_is_restored_while_the_others_run_on(
    databases: Databases, broker: Broker, tmp_path: Path
) -> None:
    file = tmp_path / "billing.backup"
    with collecting() as collector, separate_services(databases, broker, collector.url) as (services, evidence):
        async with at_their_desks(services.edge()) as (desks, erp):
            await told(desks, erp, telemetry.watch("tour", otlp_endpoint=collector.url))
            await evidence.settled()
            for program in [one for one in services.running if one.name.startswith("billing-")]:
                await asyncio.to_thread(services.stop, program)
            keeper = Keeper(service.schema, evidence.addresses["billing"], installed_programs())
            marks = await keeper.marks()
            keeper.back_up(file)

            await selling.sign_up(desks["ines"], "Heard while away", "Graz")
            await lose(databases, evidence)
            assert await keeper.restore(file, marks) == [], "no counter had gone on"

            for part in ("api", "worker"):
                services.run("billing", part)
            await eventually(partial(_has_heard, evidence), what="what billing's queue kept for it")
            await evidence.settled()
        assert await outcome(evidence) == OUTCOME
        assert await evidence.value("billing", NUMBERED) == 2
        await evidence.every_event_had_each_effect_once()
        async with looking(evidence.addresses, Sightings(), History(), settled=True) as look:
            report = await check(look)
        assert report.holds, str(report)


async def _has_heard(evidence: Evidence) -> bool:
    return bool(await evidence.value("billing", KNOWS, "Heard while away") == 1)


async def lose(databases: Databases, evidence: Evidence) -> None:
    """Billing's database is gone; an empty one with its roles stands in its place."""
    name = urlsplit(evidence.addresses["billing"]).path.removeprefix("/")
    databases.drop(name)
    await create_service_database(databases.postgres, "billing", name)
