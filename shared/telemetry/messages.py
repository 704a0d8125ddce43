"""The spans of messaging by OpenTelemetry's conventions (development status, 1.44): create, publish, process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, Span, SpanKind

from shared.contracts.base import Event
from shared.telemetry.watching import TENANT, current_traceparent, read, span, system, tracer

LINKS_MAX = 128
# A message that comes back later than this starts a trace of its own, so that no trace lasts for days.
ONE_TRACE_AT_MOST = timedelta(minutes=15)


class Travelled(Protocol):
    """What spans say of a message: its envelope."""

    @property
    def event_id(self) -> UUID:
        """Its id."""

    @property
    def tenant_id(self) -> UUID:
        """Whose it is."""

    @property
    def type(self) -> str:
        """The type of the event."""

    @property
    def subject(self) -> str:
        """What the event is about."""

    @property
    def correlation_id(self) -> UUID:
        """Its thread."""

    @property
    def traceparent(self) -> str | None:
        """Where it was created."""

    @property
    def publisher(self) -> str:
        """The service that announced it."""


@contextmanager
def creating(event: Event, event_id: UUID, tenant_id: UUID, correlation_id: UUID) -> Iterator[str | None]:
    """The span in which `event` is announced; yields its traceparent, which travels with the event unchanged."""
    key = routing_key(event.type)
    attributes = {
        "messaging.system": system(),
        "messaging.operation.name": "create",
        "messaging.operation.type": "create",
        "messaging.destination.name": f"throughline.events:{key}",
        "messaging.message.id": str(event_id),
        "messaging.message.conversation_id": str(correlation_id),
        "messaging.rabbitmq.destination.routing_key": key,
        "cloudevents.event_id": str(event_id),
        "cloudevents.event_source": f"/throughline/{event.publisher()}",
        "cloudevents.event_spec_version": "1.0",
        "cloudevents.event_type": event.type,
        "cloudevents.event_subject": event.subject,
        TENANT: str(tenant_id),
    }
    with span("create throughline.events", kind=SpanKind.PRODUCER, attributes=attributes):
        yield current_traceparent()


@contextmanager
def publishing(traceparents: Sequence[str | None], *, lane: int) -> Iterator[Span]:
    """The relay's span for one batch: a root of its own, linked to where each event was created."""
    attributes: dict[str, str | int] = {
        "messaging.system": system(),
        "messaging.operation.name": "publish",
        "messaging.operation.type": "send",
        "messaging.batch.message_count": len(traceparents),
        "throughline.outbox.lane": lane,
    }
    links = [_link(each) for each in traceparents[:LINKS_MAX] if each]
    with tracer().start_as_current_span(
        "publish throughline.events",
        context=Context(),
        kind=SpanKind.CLIENT,
        attributes=attributes,
        links=[link for link in links if link],
    ) as made:
        yield made


@contextmanager
def processing(
    *,
    queue: str,
    consumer: str,
    envelope: Travelled,
    attempt: int,
    age: timedelta,
) -> Iterator[Span]:
    """The span of one reaction: child of the creating span and linked to it, or a new root when it comes late."""
    attributes: dict[str, str | int] = {
        "messaging.system": system(),
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.name": f"throughline.events:{routing_key(envelope.type)}:{queue}",
        "messaging.consumer.group.name": consumer,
        "messaging.message.id": str(envelope.event_id),
        "messaging.message.conversation_id": str(envelope.correlation_id),
        "cloudevents.event_id": str(envelope.event_id),
        "cloudevents.event_source": f"/throughline/{envelope.publisher}",
        "cloudevents.event_spec_version": "1.0",
        "cloudevents.event_type": envelope.type,
        "cloudevents.event_subject": envelope.subject,
        "throughline.delivery.attempt": attempt,
        TENANT: str(envelope.tenant_id),
    }
    link = _link(envelope.traceparent) if envelope.traceparent else None
    late = age > ONE_TRACE_AT_MOST
    with tracer().start_as_current_span(
        f"process {queue}",
        context=Context() if late or not envelope.traceparent else read(envelope.traceparent),
        kind=SpanKind.CONSUMER,
        attributes=attributes,
        links=[link] if link else [],
    ) as made:
        yield made


def sending_to(host: str, port: int) -> None:
    """Say on the current span which broker it sends to."""
    current = trace.get_current_span()
    current.set_attributes({"server.address": host, "server.port": port})


def routing_key(event_type: str) -> str:
    """The event's type without prefix and version: `throughline.crm.opportunity.closed_won.v1` → `crm.…`."""
    return event_type.removeprefix("throughline.").rpartition(".")[0]


def _link(traceparent: str) -> Link | None:
    context = trace.get_current_span(read(traceparent)).get_span_context()
    return Link(context) if context.is_valid else None
