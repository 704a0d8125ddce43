"""Which service is at work, and the spans that it makes.

Several services can live in one process, each with its own tracer, so the tracer at work is a context variable:
a request, a message or a job enters its service with `Telemetry.active()`, and everything below follows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import NoOpTracer, Span, SpanKind, Status, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared.telemetry.shelf import Shelf

W3C = TraceContextTextMapPropagator()
TENANT = "throughline.tenant.id"
NOBODY = NoOpTracer()
ERROR = Status(StatusCode.ERROR)
_tracer: ContextVar[Tracer] = ContextVar("tracer", default=NOBODY)
_system: ContextVar[str] = ContextVar("messaging_system", default="rabbitmq")


@dataclass(frozen=True)
class Telemetry:
    """How one service is watched."""

    service: str
    provider: TracerProvider
    shelf: Shelf | None = None

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
    shelf: Shelf | None = None,
    ratio: float = 1.0,
) -> Telemetry:
    """Watch `service`: send spans to `otlp_endpoint` (base URL), `exporter` and `shelf`, where given.

    `ratio` of the traces that begin here are recorded; a trace begun elsewhere is followed as it came.
    """
    provider = TracerProvider(
        resource=Resource.create({"service.name": f"throughline-{service}"}),
        sampler=ParentBased(TraceIdRatioBased(ratio)),
    )
    if otlp_endpoint:
        # Here, because without a collector no start has to wait for it.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415

        traces = OTLPSpanExporter(endpoint=f"{otlp_endpoint.rstrip('/')}/v1/traces")
        provider.add_span_processor(BatchSpanProcessor(traces))
    if exporter:
        provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=200))
    if shelf:
        provider.add_span_processor(shelf)
    return Telemetry(service, provider, shelf)


@contextmanager
def span(
    name: str,
    *,
    kind: SpanKind = SpanKind.INTERNAL,
    attributes: Mapping[str, str | int] | None = None,
    traceparent: str | None = None,
) -> Iterator[Span]:
    """A span of the service at work; its parent is `traceparent` where given, else the current span."""
    with tracer().start_as_current_span(name, context=read(traceparent), kind=kind, attributes=attributes) as made:
        yield made


def serving(name: str, traceparent: str | None) -> AbstractContextManager[Span]:
    """The span in which the service at work answers a request; it follows the caller's trace, if there is one."""
    return tracer().start_as_current_span(name, context=read(traceparent) or Context(), kind=SpanKind.SERVER)


def failed(made: Span, error: BaseException) -> None:
    """Say on the span that what it stands for did not succeed."""
    made.record_exception(error)
    made.set_attribute("error.type", type(error).__name__)
    made.set_status(Status(StatusCode.ERROR, str(error)))


def tracer() -> Tracer:
    """The tracer of the service at work."""
    return _tracer.get()


def system() -> str:
    """What carries messages, as spans say it."""
    return _system.get()


def of_tenant(tenant_id: UUID) -> None:
    """Say on the current span whose it is; what lies under it is theirs too."""
    trace.get_current_span().set_attribute(TENANT, str(tenant_id))


def in_process_messaging() -> None:
    """Spans made from here on say that messages travel inside the process."""
    _system.set("throughline_in_process")


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
