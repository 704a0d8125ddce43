"""One click is one trace, through every service that it moves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from deploy.suite import earning, selling
from deploy.suite.members import SERVICES
from deploy.suite.people import TENANT_ID
from deploy.suite.suite import Suite, running
from shared.contracts.crm import OpportunityClosedWon
from tests.support.embedded import DATA, forget
from tests.support.slots import slot
from tests.support.story import at_their_desks, founded

pytestmark = pytest.mark.asyncio(loop_scope="module")
WON = OpportunityClosedWon.type

CLICKS = {
    "/close-as-won": {"crm", "delivery", "resourcing", "billing"},
    "/acceptance": {"delivery", "crm", "resourcing", "billing"},
    "/approval": {"delivery", "resourcing", "billing"},
}


class Noting(httpx2.AsyncHTTPTransport):
    """Notes of each deed, by the end of its address, which trace the answer named last."""

    def __init__(self) -> None:
        super().__init__()
        self.traces: dict[str, int] = {}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send it, and note."""
        answer = await super().handle_async_request(request)
        if named := answer.headers.get("traceresponse"):
            self.traces["/" + request.url.path.rpartition("/")[2]] = int(named.split("-")[1], 16)
        return answer


@dataclass(frozen=True)
class Traces:
    """Every span there is, and the trace of each click."""

    spans: Sequence[ReadableSpan]
    clicks: dict[str, int]

    def of(self, click: str) -> list[ReadableSpan]:
        """The spans of the trace of `click`."""
        return [span for span in self.spans if span.context.trace_id == self.clicks[click]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def suite() -> AsyncIterator[tuple[Suite, InMemorySpanExporter]]:
    """The embedded suite, watched."""
    exporter = InMemorySpanExporter()
    with slot("watched") as directory, pytest.MonkeyPatch.context() as environment:
        environment.delenv("DATABASE_URL", raising=False)  # the suite brings its own server
        forget(directory, DATA)
        try:
            async with running(directory / DATA, port=0, exporter=exporter) as at_work:
                yield at_work, exporter
        finally:
            forget(directory, DATA)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def traces(suite: tuple[Suite, InMemorySpanExporter]) -> Traces:
    """What was seen of a deal that is won, taken over and worked on, click by click."""
    at_work, exporter = suite
    noting = Noting()
    async with at_their_desks(noting, at_work.url) as (desks, _):
        dates = await founded(desks)
        account = await selling.sign_up(desks["ines"], "Alpenglow AG", "München")
        deal = await selling.take_over(
            desks["priya"], await selling.win_time_and_materials(desks["ines"], account, dates)
        )
        await selling.rank(desks["marta"], deal, "senior_consultant")
        await selling.book(desks["marta"], deal, "senior_consultant", "anna")
        await earning.contract_of(desks["owen"], deal)
        await earning.work_a_week(desks["anna"], deal, "senior_consultant", dates)
        waiting = await desks["priya"].get("/delivery/api/v1/timesheets", show="to_approve", state="submitted")
        for sheet in waiting["items"]:
            await desks["priya"].post(f"/delivery/api/v1/timesheets/{sheet['id']}/approval")
    await at_work.settled()
    at_work.flush_spans()
    return Traces(exporter.get_finished_spans(), noting.traces)


@pytest.mark.parametrize("click", CLICKS)
async def test_one_click_is_one_trace_that_reaches_every_service_it_moves(traces: Traces, click: str) -> None:
    spans = traces.of(click)
    roots = [span for span in spans if span.parent is None]

    assert {_service_of(span) for span in spans} == CLICKS[click]
    assert [(root.kind, _said(root, "http.request.method")) for root in roots] == [(SpanKind.SERVER, "POST")]


@pytest.mark.parametrize("click", CLICKS)
async def test_each_reaction_is_a_child_of_where_its_event_was_created_and_linked_to_it(
    traces: Traces, click: str
) -> None:
    spans = traces.of(click)
    by_id = {span.context.span_id: span for span in spans}
    created = [span for span in spans if span.kind is SpanKind.PRODUCER]
    processed = [span for span in spans if span.kind is SpanKind.CONSUMER]

    assert created
    assert {by_id[_parent_of(span)].kind for span in created} <= {SpanKind.SERVER, SpanKind.CONSUMER}
    for span in processed:
        creation = by_id[_parent_of(span)]
        assert creation.kind is SpanKind.PRODUCER
        assert [link.context.span_id for link in span.links] == [creation.context.span_id]
        assert _said(span, "messaging.message.id") == _said(creation, "messaging.message.id")
    assert sorted(_consumed(processed)) == sorted(_expected(created))


async def test_a_chain_of_reactions_stays_in_the_trace(traces: Traces) -> None:
    spans = traces.of("/approval")
    consumers = [_said(span, "messaging.consumer.group.name") for span in spans]

    assert "billing.take_approved_time" in consumers
    assert "delivery.take_values" in consumers


async def test_the_relay_publishes_outside_of_the_trace_and_links_to_it(traces: Traces) -> None:
    created = {span.context.span_id for click in CLICKS for span in traces.of(click) if span.kind is SpanKind.PRODUCER}
    published = [span for span in traces.spans if span.name == "publish throughline.events"]

    assert all(span.parent is None and span.kind is SpanKind.CLIENT for span in published)
    assert created <= {link.context.span_id for span in published for link in span.links}
    for span in published:
        assert _said(span, "messaging.operation.name") == "publish"
        assert _said(span, "messaging.operation.type") == "send"
        assert _said(span, "messaging.batch.message_count") == len(span.links)


async def test_spans_of_messages_say_what_the_conventions_want(traces: Traces) -> None:
    spans = traces.of("/close-as-won")
    won = next(
        span for span in spans if _said(span, "cloudevents.event_type") == WON and span.kind is SpanKind.PRODUCER
    )
    opened = next(span for span in spans if _said(span, "messaging.consumer.group.name") == "delivery.open_handoff")
    event_id, thread = _said(won, "messaging.message.id"), _said(opened, "messaging.message.conversation_id")

    about = {
        "messaging.system": "throughline_in_process",
        "messaging.message.id": event_id,
        "messaging.message.conversation_id": thread,
        "cloudevents.event_id": event_id,
        "cloudevents.event_source": "/throughline/crm",
        "cloudevents.event_spec_version": "1.0",
        "cloudevents.event_type": WON,
        "cloudevents.event_subject": f"opportunity/{thread}",
        "throughline.tenant.id": str(TENANT_ID),
    }
    assert dict(won.attributes or {}) == about | {
        "messaging.operation.name": "create",
        "messaging.operation.type": "create",
        "messaging.destination.name": "throughline.events:crm.opportunity.closed_won",
        "messaging.rabbitmq.destination.routing_key": "crm.opportunity.closed_won",
    }
    assert opened.name == "process throughline.delivery"
    assert dict(opened.attributes or {}) == about | {
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.name": "throughline.events:crm.opportunity.closed_won:throughline.delivery",
        "messaging.consumer.group.name": "delivery.open_handoff",
        "throughline.delivery.attempt": 1,
        "throughline.inbox.outcome": "done",
    }


def _expected(created: Sequence[ReadableSpan]) -> list[tuple[str, str]]:
    """Every consumer of every event that was created, as the services declare them."""
    return [
        (reaction.consumer, _said(span, "messaging.message.id"))
        for span in created
        for service in SERVICES
        for reaction in service.all_reactions.routed(_said(span, "messaging.rabbitmq.destination.routing_key"))
    ]


def _consumed(processed: Sequence[ReadableSpan]) -> list[tuple[str, str]]:
    names = ("messaging.consumer.group.name", "messaging.message.id")
    return [(_said(span, names[0]), _said(span, names[1])) for span in processed]


def _service_of(span: ReadableSpan) -> str:
    return str(span.resource.attributes["service.name"]).removeprefix("throughline-")


def _parent_of(span: ReadableSpan) -> int:
    assert span.parent is not None
    return span.parent.span_id


def _said(span: ReadableSpan, name: str) -> Any:
    return (span.attributes or {}).get(name)
