"""Traces and logs: the only module that knows OpenTelemetry's SDK.

Several services can live in one process, each with its own tracer, so the tracer at work is a context variable:
a request, a message or a job enters its service with `Telemetry.active()`, and everything below follows.
Span names and attributes are those of OpenTelemetry's messaging conventions (development status, 1.44).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Link, NoOpTracer, Span, SpanKind, Status, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from sqlalchemy import Engine
from sqlalchemy.event import listen

from shared.contracts.base import Event

W3C = TraceContextTextMapPropagator()
LINKS_MAX = 128
STATEMENT_MAX = 2000
# A message that comes back later than this starts a trace of its own, so that no trace lasts for days.
ONE_TRACE_AT_MOST = timedelta(minutes=15)
NOBODY = NoOpTracer()
ERROR = Status(StatusCode.ERROR)
_tracer: ContextVar[Tracer] = ContextVar("tracer", default=NOBODY)
_system: ContextVar[str] = ContextVar("messaging_system", default="rabbitmq")


@dataclass(frozen=True)
class Telemetry:
    """How one service is watched."""

    service: str
    provider: TracerProvider

    @property
    def tracer(self) -> Tracer:
        """The tracer whose spans bear this service's name."""
        return self.provider.get_tracer("throughline")

    @contextmanager
    def active(self) -> Iterator[None]:
        """Spans made inside belong to this service."""
        token = _tracer.set(self.tracer)
        try:
            yield
        finally:
            _tracer.reset(token)


def watch(
    service: str,
    *,
    otlp_endpoint: str | None = None,
    exporter: SpanExporter | None = None,
    ratio: float = 1.0,
) -> Telemetry:
    """Watch `service`: send spans to `otlp_endpoint` (base URL) and `exporter`, where given.

    `ratio` of the traces that begin here are recorded; a trace begun elsewhere is followed as it came.
    """
    provider = TracerProvider(
        resource=Resource.create({"service.name": f"throughline-{service}"}),
        sampler=ParentBased(TraceIdRatioBased(ratio)),
    )
    if otlp_endpoint:
        traces = OTLPSpanExporter(endpoint=f"{otlp_endpoint.rstrip('/')}/v1/traces")
        provider.add_span_processor(BatchSpanProcessor(traces))
    if exporter:
        provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=200))
    return Telemetry(service, provider)


@contextmanager
def span(
    name: str,
    *,
    kind: SpanKind = SpanKind.INTERNAL,
    attributes: Mapping[str, str | int] | None = None,
    traceparent: str | None = None,
) -> Iterator[Span]:
    """A span of the service at work; its parent is `traceparent` where given, else the current span."""
    with _tracer.get().start_as_current_span(name, context=read(traceparent), kind=kind, attributes=attributes) as made:
        yield made


def serving(name: str, traceparent: str | None) -> AbstractContextManager[Span]:
    """The span in which the service at work answers a request; it follows the caller's trace, if there is one."""
    return _tracer.get().start_as_current_span(name, context=read(traceparent) or Context(), kind=SpanKind.SERVER)


@contextmanager
def creating(event: Event, event_id: UUID, tenant_id: UUID) -> Iterator[str | None]:
    """The span in which `event` is announced; yields its traceparent, which travels with the event unchanged."""
    key = routing_key(event.type)
    attributes = {
        "messaging.system": _system.get(),
        "messaging.operation.name": "create",
        "messaging.operation.type": "create",
        "messaging.destination.name": f"throughline.events:{key}",
        "messaging.message.id": str(event_id),
        "messaging.rabbitmq.destination.routing_key": key,
        "cloudevents.event_id": str(event_id),
        "cloudevents.event_source": f"/throughline/{event.publisher()}",
        "cloudevents.event_spec_version": "1.0",
        "cloudevents.event_type": event.type,
        "cloudevents.event_subject": event.subject,
        "throughline.tenant.id": str(tenant_id),
    }
    if event.thread_id:
        attributes["messaging.message.conversation_id"] = str(event.thread_id)
    with span("create throughline.events", kind=SpanKind.PRODUCER, attributes=attributes):
        yield current_traceparent()


@contextmanager
def publishing(traceparents: Sequence[str | None], *, lane: int) -> Iterator[Span]:
    """The relay's span for one batch: a root of its own, linked to where each event was created."""
    attributes: dict[str, str | int] = {
        "messaging.system": _system.get(),
        "messaging.operation.name": "publish",
        "messaging.operation.type": "send",
        "messaging.batch.message_count": len(traceparents),
        "throughline.outbox.lane": lane,
    }
    links = [_link(each) for each in traceparents[:LINKS_MAX] if each]
    with _tracer.get().start_as_current_span(
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
    event_type: str,
    message_id: UUID,
    correlation_id: UUID,
    traceparent: str | None,
    attempt: int,
    age: timedelta,
) -> Iterator[Span]:
    """The span of one reaction: child of the creating span and linked to it, or a new root when it comes late."""
    attributes: dict[str, str | int] = {
        "messaging.system": _system.get(),
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.name": f"throughline.events:{routing_key(event_type)}:{queue}",
        "messaging.consumer.group.name": consumer,
        "messaging.message.id": str(message_id),
        "messaging.message.conversation_id": str(correlation_id),
        "cloudevents.event_type": event_type,
        "throughline.delivery.attempt": attempt,
    }
    link = _link(traceparent) if traceparent else None
    late = age > ONE_TRACE_AT_MOST
    with _tracer.get().start_as_current_span(
        f"process {queue}",
        context=Context() if late or not traceparent else read(traceparent),
        kind=SpanKind.CONSUMER,
        attributes=attributes,
        links=[link] if link else [],
    ) as made:
        yield made


def watch_statements(engine: Engine) -> None:
    """Have a span for every statement that `engine` sends inside a recorded trace, by the service at work."""

    def before(_: Any, __: Any, statement: str, ___: Any, context: Any, ____: bool) -> None:
        context.throughline_span = _statement(statement)

    def after(_: Any, __: Any, ___: str, ____: Any, context: Any, _____: bool) -> None:
        if context.throughline_span is not None:
            context.throughline_span.end()

    def broken(context: Any) -> None:
        made = getattr(context.execution_context, "throughline_span", None)
        if made is not None:
            failed(made, context.original_exception)
            made.end()

    listen(engine, "before_cursor_execute", before)
    listen(engine, "after_cursor_execute", after)
    listen(engine, "handle_error", broken)


def _statement(text: str) -> Span | None:
    """The span of one statement, without its values; none where nothing is recorded."""
    if not trace.get_current_span().is_recording():
        return None
    operation = text.split(None, 1)[0].upper()
    attributes = {"db.system.name": "postgresql", "db.operation.name": operation, "db.query.text": text[:STATEMENT_MAX]}
    return _tracer.get().start_span(operation, kind=SpanKind.CLIENT, attributes=attributes)


@contextmanager
def stating(text: str) -> Iterator[None]:
    """The span of a statement that is sent past SQLAlchemy."""
    made = _statement(text)
    try:
        yield
    except Exception as error:
        if made is not None:
            failed(made, error)
        raise
    finally:
        if made is not None:
            made.end()


def failed(made: Span, error: BaseException) -> None:
    """Say on the span that what it stands for did not succeed."""
    made.record_exception(error)
    made.set_attribute("error.type", type(error).__name__)
    made.set_status(Status(StatusCode.ERROR, str(error)))


def in_process_messaging() -> None:
    """Spans made from here on say that messages travel inside the process."""
    _system.set("throughline_in_process")


def routing_key(event_type: str) -> str:
    """The event's type without prefix and version: `throughline.crm.opportunity.closed_won.v1` → `crm.…`."""
    return event_type.removeprefix("throughline.").rpartition(".")[0]


def current_traceparent() -> str | None:
    """The W3C traceparent of the current span, if there is one."""
    carrier: dict[str, str] = {}
    W3C.inject(carrier)
    return carrier.get("traceparent")


def current_trace_id() -> str | None:
    """The current trace id as 32 hex digits, if there is one."""
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else None


def read(traceparent: str | None) -> Context | None:
    """The context that a W3C traceparent stands for; None stays None."""
    return W3C.extract({"traceparent": traceparent}) if traceparent else None


def _link(traceparent: str) -> Link | None:
    context = trace.get_current_span(read(traceparent)).get_span_context()
    return Link(context) if context.is_valid else None


class JsonLines(logging.Formatter):
    """One JSON object per log record, with the trace it belongs to."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self.service = service

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line of JSON."""
        entry = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "service": self.service,
            "logger": record.name,
            "message": record.getMessage(),
            "trace_id": current_trace_id(),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


def log_as_json(service: str, level: str = "INFO") -> None:
    """Send every log record of this process to standard error as JSON lines."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines(service))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
