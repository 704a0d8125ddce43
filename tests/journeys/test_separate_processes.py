"""The thread through four services that are eight processes, on real RabbitMQ and real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from deploy.suite import tour
from deploy.suite.desk import Desk, Desks
from shared import telemetry
from shared.ids import new_id
from tests.support.collector import Collector, collecting
from tests.support.databases import Databases
from tests.support.evidence import Evidence
from tests.support.rabbitmq import Broker
from tests.support.separate_services import NAMES, SeparateServices, separate_services
from tests.support.story import NETS, at_their_desks, told

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    """Takes the traces of all processes."""
    with collecting() as running:
        yield running


@pytest.fixture(scope="module")
def running(
    databases: Databases, broker: Broker, collector: Collector
) -> Iterator[tuple[SeparateServices, Evidence]]:
    """Eight processes at work, and their databases."""
    with separate_services(databases, broker.fresh_url(), collector.url) as both:
        yield both


@pytest.fixture(scope="module")
def services(running: tuple[SeparateServices, Evidence]) -> SeparateServices:
    """The processes."""
    return running[0]


@pytest.fixture(scope="module")
def evidence(running: tuple[SeparateServices, Evidence]) -> Evidence:
    """Their databases."""
    return running[1]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def firm(services: SeparateServices) -> AsyncIterator[tuple[Desks, Desk]]:
    """Everybody at their desk."""
    async with at_their_desks(services.edge()) as both:
        yield both


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def played(firm: tuple[Desks, Desk], evidence: Evidence, collector: Collector) -> tour.Played:
    """The story, told once and settled."""
    desks, erp = firm
    watched = telemetry.watch("tour", otlp_endpoint=collector.url)
    story = await told(desks, erp, watched)
    await evidence.settled()
    watched.provider.shutdown()
    return story


async def test_every_event_of_a_thread_bears_its_correlation_and_the_trace_of_the_story(
    played: tour.Played, evidence: Evidence
) -> None:
    events = await evidence.events_of(played.threads)

    assert {event.service for event in events} == set(NAMES)
    assert {event.trace_id for event in events} == {played.trace_id}


async def test_every_event_has_each_of_its_effects_once(played: tour.Played, evidence: Evidence) -> None:
    await evidence.settled()
    await evidence.every_event_had_each_effect_once()


async def test_the_figures_are_those_of_the_story(played: tour.Played, firm: tuple[Desks, Desk]) -> None:
    viktor = firm[0]["viktor"]
    proved = await viktor.get(f"/billing/api/v1/ledger-batches/{played.batch['id']}/verification")

    assert tuple(invoice["net"] for invoice in played.invoices) == NETS
    assert proved["holds"], proved
    await tour.judge(viktor, played.batch)
