"""The thread through four services that are eight processes, on real RabbitMQ and real PostgreSQL."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator

import httpx2
import pytest
import pytest_asyncio

from deploy.suite import selling, tour
from deploy.suite.desk import Desk, Desks, eventually
from shared import telemetry
from tests.support.collector import Collector, Received, collecting
from tests.support.databases import Databases
from tests.support.evidence import Evidence
from tests.support.processes import LOOK_AGAIN_SECONDS, START_SECONDS
from tests.support.rabbitmq import Broker
from tests.support.separate_services import NAMES, SeparateServices, separate_services
from tests.support.story import OUTCOME, at_their_desks, outcome, told

REPLACED = ("crm", "delivery")  # one that sends, one that reacts

pytestmark = pytest.mark.asyncio(loop_scope="module")
HANDLED = "select status, attempts, crashes from msg.inbox where subject = any($1)"
SENT = "select count(*) from msg.event_log where subject = any($1)"


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    """Takes the traces of all processes."""
    with collecting() as running:
        yield running


@pytest.fixture(scope="module")
def running(databases: Databases, broker: Broker, collector: Collector) -> Iterator[tuple[SeparateServices, Evidence]]:
    """Eight processes at work, and their databases."""
    with separate_services(databases, broker, collector.url) as both:
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


async def test_the_books_say_what_the_story_comes_to(
    played: tour.Played, firm: tuple[Desks, Desk], evidence: Evidence
) -> None:
    viktor = firm[0]["viktor"]
    proved = await viktor.get(f"/billing/api/v1/ledger-batches/{played.batch['id']}/verification")

    assert await outcome(evidence) == OUTCOME
    assert proved["holds"], proved
    await tour.judge(viktor, played.batch)


async def test_the_story_is_one_trace_through_every_process(
    played: tour.Played, evidence: Evidence, collector: Collector
) -> None:
    handled = {(row["consumer"], str(row["event_id"])) for row in await evidence.reactions()}
    events = {str(event.event_id) for event in await evidence.events_of(played.threads)}
    wanted = {(consumer, event) for consumer, event in handled if event in events}

    async def reached() -> bool:
        return wanted <= {_reaction(each) for each in collector.of_trace(played.trace_id)}

    await eventually(reached, what="the last spans")
    spans = collector.of_trace(played.trace_id)

    assert {each.service for each in spans} == {"tour", *NAMES}
    assert [each.span.name for each in spans if not each.span.parent_span_id] == ["from won to sealed"]
    known = {each.span.span_id for each in spans}
    assert all(each.span.parent_span_id in known for each in spans if each.span.parent_span_id)


async def test_what_a_process_logs_is_json_and_says_the_trace(services: SeparateServices) -> None:
    trace_id, parent = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
    headers = {"authorization": "Bearer spoiled", "traceparent": f"00-{trace_id}-{parent}-01"}
    async with httpx2.AsyncClient(transport=services.edge(), base_url="http://suite.test") as http:
        answer = await http.get("/crm/api/v1/accounts", headers=headers)

    assert answer.status_code == httpx2.codes.UNAUTHORIZED
    assert answer.headers["traceresponse"].split("-")[1] == trace_id
    said = [json.loads(line) for line in services.printed_by("crm-api").splitlines()]
    assert [(each["service"], each["trace_id"]) for each in said if "token refused" in each["message"]] == [
        ("crm", trace_id)
    ]


async def test_workers_are_replaced_under_load_and_nothing_is_lost_or_spent(
    services: SeparateServices, firm: tuple[Desks, Desk], evidence: Evidence
) -> None:
    leaving = [services.worker(service) for service in REPLACED]
    for service in REPLACED:
        await _another_worker(services, service)
    subjects: list[str] = []

    async def sign_up_customers() -> None:
        while leaving:
            account = await selling.sign_up(firm[0]["ines"], f"Customer {len(subjects)}", "Graz")
            subjects.append(f"account/{account}")

    async with asyncio.TaskGroup() as tasks:
        for _ in range(3):
            tasks.create_task(sign_up_customers())
        for old in list(leaving):
            await _until_more_is_done(evidence, subjects)
            assert await asyncio.to_thread(services.stop, old) == 0, old.printed
            leaving.remove(old)
    await evidence.settled()

    sent = await evidence.value("crm", SENT, subjects)
    for service in ("delivery", "billing"):
        assert [tuple(row) for row in await evidence.rows(service, HANDLED, subjects)] == [("done", 1, 0)] * sent


async def _another_worker(services: SeparateServices, service: str) -> None:
    """Start a second worker and wait until it takes messages."""
    services.run(service, "worker")
    async with asyncio.timeout(START_SECONDS):
        while await services.listeners(service) < 2:
            await asyncio.sleep(LOOK_AGAIN_SECONDS)


async def _until_more_is_done(evidence: Evidence, subjects: list[str]) -> None:
    """Wait until delivery has acted on more events about `subjects` than it has now."""
    before = len(await evidence.rows("delivery", HANDLED, subjects))

    async def more() -> bool:
        return len(await evidence.rows("delivery", HANDLED, subjects)) > before + 10

    await eventually(more, what="more customers in delivery")


def _reaction(received: Received) -> tuple[str, str]:
    said = received.attributes
    return said.get("messaging.consumer.group.name", ""), said.get("messaging.message.id", "")
