"""A click can be followed from the log to the trace, and through every message that it led to."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from shared import telemetry
from shared.telemetry import LINKS_MAX, ONE_TRACE_AT_MOST, JsonLines
from tests.shared.messaging.deliveries import an_envelope
from tests.shared.messaging.probe import MERIDIAN, Noted
from tests.support.collector import collecting

EVENT_ID, THING, THREAD = UUID(int=7), UUID(int=8), UUID(int=9)
NOTED = Noted(thing_id=THING, number=1)
TRACEPARENT = re.compile(r"^00-[0-9a-f]{32}-[0-9a-f]{16}-0[13]$")  # sampled


class Watched:
    """A service and the spans it made."""

    def __init__(self, service: str = "probe") -> None:
        self._exporter = InMemorySpanExporter()
        self.telemetry = telemetry.watch(service, exporter=self._exporter)

    def spans(self) -> dict[str, ReadableSpan]:
        """Give every span by its name."""
        self.telemetry.provider.force_flush()
        return {span.name: span for span in self._exporter.get_finished_spans()}


@pytest.fixture
def watched() -> Iterator[Watched]:
    """Make spans as the service at work."""
    service = Watched()
    with service.telemetry.active():
        yield service
    service.telemetry.provider.shutdown()


def process(traceparent: str | None, *, age: timedelta = timedelta(0)) -> None:
    """Process a message of this trace and age."""
    message = replace(an_envelope(NOTED), event_id=EVENT_ID, correlation_id=THREAD, traceparent=traceparent)
    with telemetry.processing(
        queue="throughline.reader", consumer="reader.write_down", envelope=message, attempt=2, age=age
    ):
        pass


def click() -> str:
    """Announce an event inside a click; gives the traceparent that travels with it."""
    with telemetry.span("a click"), telemetry.creating(NOTED, EVENT_ID, MERIDIAN, THREAD) as traceparent:
        assert traceparent is not None
        return traceparent


def links_of(span: ReadableSpan) -> list[int]:
    """Give the ids of the spans that a span is linked to."""
    return [link.context.span_id for link in span.links]


def test_an_event_is_created_under_the_click(watched: Watched) -> None:
    traceparent = click()

    spans = watched.spans()
    created, clicked = spans["create throughline.events"], spans["a click"]
    assert TRACEPARENT.match(traceparent)
    assert traceparent.split("-")[1:3] == [f"{created.context.trace_id:032x}", f"{created.context.span_id:016x}"]
    assert (created.kind, created.parent) == (SpanKind.PRODUCER, clicked.context)
    assert created.resource.attributes["service.name"] == "throughline-probe"
    assert dict(created.attributes or {}) == {
        "messaging.system": "rabbitmq",
        "messaging.operation.name": "create",
        "messaging.operation.type": "create",
        "messaging.destination.name": "throughline.events:writer.thing.noted",
        "messaging.message.id": str(EVENT_ID),
        "messaging.message.conversation_id": str(THREAD),
        "messaging.rabbitmq.destination.routing_key": "writer.thing.noted",
        "cloudevents.event_id": str(EVENT_ID),
        "cloudevents.event_source": "/throughline/writer",
        "cloudevents.event_spec_version": "1.0",
        "cloudevents.event_type": "throughline.writer.thing.noted.v1",
        "cloudevents.event_subject": f"thing/{THING}",
        "throughline.tenant.id": str(MERIDIAN),
    }


def test_a_batch_is_published_in_a_trace_of_its_own_linked_to_every_creation(watched: Watched) -> None:
    traceparents = [click(), None, click()]
    with telemetry.span("whatever the relay ran in"), telemetry.publishing(traceparents, lane=3) as span:
        telemetry.failed(span, ConnectionError("the broker is away"))

    published = watched.spans()["publish throughline.events"]
    assert (published.kind, published.parent) == (SpanKind.CLIENT, None)
    assert links_of(published) == [int(each.split("-")[2], 16) for each in traceparents if each]
    assert published.attributes is not None
    assert published.attributes["messaging.operation.type"] == "send"
    assert published.attributes["messaging.batch.message_count"] == 3
    assert published.attributes["throughline.outbox.lane"] == 3
    assert published.attributes["error.type"] == "ConnectionError"
    assert published.status.status_code is StatusCode.ERROR


def test_a_huge_batch_is_linked_to_as_many_creations_as_a_span_holds(watched: Watched) -> None:
    with telemetry.publishing([click()] * (LINKS_MAX + 50), lane=0):
        pass

    assert len(watched.spans()["publish throughline.events"].links) == LINKS_MAX == 128


@pytest.mark.parametrize("age", [timedelta(0), ONE_TRACE_AT_MOST])
def test_a_message_is_processed_under_its_creation_and_linked_to_it(watched: Watched, age: timedelta) -> None:
    with telemetry.span("whatever the worker ran in"):
        process(click(), age=age)

    spans = watched.spans()
    processed, created = spans["process throughline.reader"], spans["create throughline.events"]
    assert processed.kind is SpanKind.CONSUMER
    assert processed.context.trace_id == created.context.trace_id
    assert processed.parent is not None
    assert processed.parent.span_id == created.context.span_id
    assert links_of(processed) == [created.context.span_id]
    assert dict(processed.attributes or {}) == {
        "messaging.system": "rabbitmq",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.name": "throughline.events:writer.thing.noted:throughline.reader",
        "messaging.consumer.group.name": "reader.write_down",
        "messaging.message.id": str(EVENT_ID),
        "messaging.message.conversation_id": str(THREAD),
        "cloudevents.event_id": str(EVENT_ID),
        "cloudevents.event_source": "/throughline/writer",
        "cloudevents.event_spec_version": "1.0",
        "cloudevents.event_type": "throughline.writer.thing.noted.v1",
        "cloudevents.event_subject": f"thing/{THING}",
        "throughline.delivery.attempt": 2,
        "throughline.tenant.id": str(MERIDIAN),
    }


def test_a_late_message_begins_a_trace_of_its_own_linked_to_its_creation(watched: Watched) -> None:
    process(click(), age=ONE_TRACE_AT_MOST + timedelta(seconds=1))

    spans = watched.spans()
    processed, created = spans["process throughline.reader"], spans["create throughline.events"]
    assert processed.parent is None
    assert processed.context.trace_id != created.context.trace_id
    assert links_of(processed) == [created.context.span_id]


@pytest.mark.parametrize("traceparent", [None, "not a traceparent", f"00-{'0' * 32}-{'0' * 16}-01"])
def test_a_message_without_a_readable_trace_begins_its_own(watched: Watched, traceparent: str | None) -> None:
    process(traceparent)

    processed = watched.spans()["process throughline.reader"]
    assert (processed.parent, list(processed.links)) == (None, [])


def test_a_collector_is_sent_kinds_parents_links_and_attributes() -> None:
    with collecting() as collector:
        sending = telemetry.watch("probe", otlp_endpoint=collector.url)
        with sending.active():
            traceparent = click()
            with telemetry.publishing([traceparent], lane=3):
                telemetry.sending_to("broker.test", 5672)
            process(traceparent)
            process(traceparent, age=ONE_TRACE_AT_MOST * 2)
        sending.provider.shutdown()
        _, trace_id, created_id, _ = traceparent.split("-")
        linked = [span for span in collector.spans if span.links == [f"{trace_id}-{created_id}"]]
        processed, late = sorted((each for each in linked if each.kind == "CONSUMER"), key=lambda span: not span.parent)

    (published,) = (each for each in linked if each.kind == "CLIENT")
    (created,) = (each for each in collector.of_trace(trace_id) if each.kind == "PRODUCER")
    assert (created.span.span_id.hex(), processed.parent) == (created_id, created_id)
    assert (published.parent, late.parent) == ("", "")
    assert len({trace_id, published.trace_id, late.trace_id}) == 3
    assert published.attributes == {
        "messaging.system": "rabbitmq",
        "messaging.operation.name": "publish",
        "messaging.operation.type": "send",
        "messaging.batch.message_count": 1,
        "throughline.outbox.lane": 3,
        "server.address": "broker.test",
        "server.port": 5672,
    }
    assert processed.attributes["throughline.delivery.attempt"] == 2


def test_services_in_one_process_make_spans_of_their_own() -> None:
    crm, billing = Watched("crm"), Watched("billing")
    with crm.telemetry.active(), telemetry.span("in crm"), billing.telemetry.active(), telemetry.span("in billing"):
        pass

    assert (set(crm.spans()), set(billing.spans())) == ({"in crm"}, {"in billing"})
    assert crm.spans()["in crm"].context.trace_id == billing.spans()["in billing"].context.trace_id
    for service in (crm, billing):
        service.telemetry.provider.shutdown()


def test_without_a_watcher_nothing_is_traced_and_events_carry_nothing() -> None:
    with telemetry.creating(NOTED, EVENT_ID, MERIDIAN, THREAD) as traceparent:
        assert traceparent is None
    assert telemetry.current_trace_id() is None


def test_a_line_of_the_log_is_json_and_names_its_trace(watched: Watched) -> None:
    record = logging.LogRecord("shared.work", logging.WARNING, __file__, 1, "Größe %d\nof it", (3,), None)

    with telemetry.span("a click"):
        line = JsonLines("probe").format(record)
    said = json.loads(line)

    assert "\n" not in line
    assert (
        said.items()
        >= {
            "level": "warning",
            "service": "probe",
            "logger": "shared.work",
            "message": "Größe 3\nof it",
            "trace_id": f"{watched.spans()['a click'].context.trace_id:032x}",
        }.items()
    )
    assert said["at"].endswith("+00:00")


def test_a_line_outside_of_every_trace_says_so_and_an_error_brings_its_cause() -> None:
    try:
        raise LookupError("no such drawer")
    except LookupError:
        record = logging.LogRecord("shared", logging.ERROR, __file__, 1, "failed", (), sys.exc_info())

    said = json.loads(JsonLines("probe").format(record))

    assert said["trace_id"] is None
    assert "LookupError: no such drawer" in said["exception"]
