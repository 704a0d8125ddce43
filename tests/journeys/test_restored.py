"""Billing's database is lost and restored while the other services run on: what they said arrives, none of it twice."""

import asyncio
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from typer.testing import CliRunner

import shared.process  # noqa: F401 - puts the command line together
from deploy.checker.check import Report, check
from deploy.checker.history import History
from deploy.checker.look import looking
from deploy.checker.routes import CONSUMERS
from deploy.checker.sightings import Sightings
from deploy.suite import earning, selling
from deploy.suite.calendar import Dates
from deploy.suite.databases import create_service_database
from deploy.suite.desk import Desks, eventually
from deploy.suite.members import SERVICES
from deploy.suite.postgres_home import installed_programs
from services.billing.service import service
from shared import telemetry
from shared.clock import wall_clock
from shared.operations.backup import Keeper
from shared.operations.console import Surroundings, app
from shared.settings import Settings
from tests.support.collector import collecting
from tests.support.databases import Databases
from tests.support.evidence import Evidence
from tests.support.rabbitmq import Broker, own_url
from tests.support.separate_services import SeparateServices, separate_services
from tests.support.story import OUTCOME, at_their_desks, outcome, told

BILLING = earning.BILLING
HEARD = "select array_agg(name order by name) from customers where name = any($1)"
NUMBERS = "select array_agg(number order by number) from issued_invoices"
BATCHES = "select array_agg(number order by number) from export_batches"
BEFORE, AFTER = "Heard before the loss", "Heard while away"
# What a loss leaves for people to account for: printed numbers that stand for nothing, and news that others heard.
LEFT = {"numbers_have_no_gaps", "no_inbox_holds_what_nobody_announced", "no_effect_comes_from_nothing"}


@pytest.mark.long
async def test_billing_is_restored_while_the_others_run_on(
    databases: Databases, broker: Broker, tmp_path: Path
) -> None:
    file = tmp_path / "billing.backup"
    with collecting() as collector, separate_services(databases, broker, collector.url) as (services, evidence):
        async with at_their_desks(services.edge()) as (desks, erp):
            played = await told(desks, erp, telemetry.watch("tour", otlp_endpoint=collector.url))
            await evidence.settled()
            keeper = Keeper(service.schema, evidence.addresses["billing"], installed_programs())
            keeper.back_up(file)
            since = datetime.now(UTC)
            await selling.sign_up(desks["ines"], BEFORE, "Graz")
            lost = await billed_anew(desks, played.invoices[0])
            await evidence.settled()
            marks = await keeper.marks()

            for program in [one for one in services.running if one.name.startswith("billing-")]:
                await asyncio.to_thread(services.stop, program)
            await selling.sign_up(desks["ines"], AFTER, "Linz")
            await lose(databases, evidence)
            raised = await keeper.restore(file, marks)
            for part in ("api", "worker"):
                services.run("billing", part)

            await eventually(partial(knows, evidence, AFTER), what="what billing's queue kept for it")
            assert await knows(evidence, BEFORE) == [], "it was heard after the backup, and waits in no queue"
            assert await outcome(evidence) == OUTCOME
            await replayed(services, since)
            await evidence.settled()
            assert await knows(evidence, BEFORE, AFTER) == [BEFORE, AFTER]
            again = await billed_anew(desks, played.invoices[0])
            await evidence.settled()
        assert len(raised) == len(("credit notes", "invoices", "batches")), raised
        assert (lost["number"], again["number"]) == ("INV-00003", "INV-00004")
        assert await evidence.value("billing", NUMBERS) == ["INV-00001", "INV-00002", "INV-00004"]
        assert await evidence.value("billing", BATCHES) == [1, 3]
        await only_what_was_lost_is_missing(evidence)


async def only_what_was_lost_is_missing(evidence: Evidence) -> None:
    """Fails unless the checker finds what a loss leaves and nothing else, and nothing once that is accounted for."""
    found = await looked(evidence)
    assert found.broken.keys() == LEFT, str(found)
    report = await looked(evidence, *(one for each in found.broken.values() for one in each))
    assert report.holds, str(report)
    assert report.known == found.broken
    assert await evidence.put_aside() == []


async def looked(evidence: Evidence, *known: str) -> Report:
    """What the checker finds, but for what is known."""
    async with looking(evidence.addresses, Sightings(), History(), settled=True) as look:
        return await check(look, known=known)


async def knows(evidence: Evidence, *names: str) -> list[str]:
    """Those of the customers with these names that billing knows."""
    return await evidence.value("billing", HEARD, list(names)) or []


async def billed_anew(desks: Desks, invoice: dict[str, Any]) -> dict[str, Any]:
    """Credit an invoice, bill its work again, and seal what was posted; gives the new invoice."""
    wanted = {"invoice_id": invoice["id"], "reason": "another cost centre", "rebills": True}
    credit = await desks["owen"].post(f"{BILLING}/credit-notes/drafts", wanted)
    await desks["fatima"].post(f"{BILLING}/credit-notes/{credit['id']}/approval")
    await desks["fatima"].post(f"{BILLING}/credit-notes/{credit['id']}/issue")
    (draft,) = (await desks["owen"].get(f"{BILLING}/invoices", status="draft"))["items"]
    await desks["fatima"].post(f"{BILLING}/invoices/{draft['id']}/approval")
    issued: dict[str, Any] = await desks["fatima"].post(f"{BILLING}/invoices/{draft['id']}/issue")
    body = {"legal_entity": earning.LEGAL_ENTITY, "period": Dates(wall_clock().date()).period, "currency": "EUR"}
    await desks["viktor"].post(f"{BILLING}/ledger-batches?behind={issued['number']}", body)
    return issued


async def lose(databases: Databases, evidence: Evidence) -> None:
    """Billing's database is gone; an empty one with its roles stands in its place."""
    name = urlsplit(evidence.addresses["billing"]).path.removeprefix("/")
    databases.drop(name)
    await create_service_database(databases.postgres, "billing", name)


async def replayed(services: SeparateServices, since: datetime) -> None:
    """Every publisher sends what billing may have heard since then once more, to each of its consumers."""
    for publisher in SERVICES:
        settings = Settings(
            database_url=services.databases[publisher.name].app_url,
            broker_url=own_url(services.broker_url, publisher.name),
            issuer_url=services.issuer_url,
        )
        around = Surroundings(publisher.name, publisher.schema, publisher.all_reactions, settings)
        for type, consumers in CONSUMERS.items():
            for consumer in consumers if type.split(".")[1] == publisher.name else ():
                if consumer.startswith("billing."):
                    command = ("replay", "--to", consumer, "--type", type, "--from", f"{since:%Y-%m-%dT%H:%M:%S}")
                    done = await asyncio.to_thread(CliRunner().invoke, app, command, obj=around)
                    assert done.exit_code == 0, (done.output, done.exception)
