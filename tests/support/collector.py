"""A collector of traces for tests: takes what services send by OTLP over HTTP and keeps it in memory."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

PATH = "/v1/traces"


@dataclass(frozen=True)
class Received:
    """One span as it was sent, and the service that sent it (without our prefix)."""

    service: str
    span: Span

    @property
    def trace_id(self) -> str:
        """Its trace, 32 hex digits."""
        return self.span.trace_id.hex()

    @property
    def attributes(self) -> dict[str, Any]:
        """Its attributes that are texts or whole numbers."""
        return {each.key: each.value.string_value or each.value.int_value for each in self.span.attributes}

    @property
    def kind(self) -> str:
        """What kind of span it is, as the protocol calls it."""
        return str(Span.SpanKind.Name(self.span.kind)).removeprefix("SPAN_KIND_")

    @property
    def parent(self) -> str:
        """The id of the span above it, 16 hex digits; empty for a root."""
        return self.span.parent_span_id.hex()

    @property
    def links(self) -> list[str]:
        """The spans that it is linked to, each as `<trace id>-<span id>`."""
        return [f"{each.trace_id.hex()}-{each.span_id.hex()}" for each in self.span.links]


@dataclass
class Collector:
    """What was received at `url` so far."""

    url: str
    _received: list[Received] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def spans(self) -> list[Received]:
        """Every span."""
        with self._lock:
            return list(self._received)

    def of_trace(self, trace_id: str) -> list[Received]:
        """The spans of one trace."""
        with self._lock:
            return [each for each in self._received if each.trace_id == trace_id]

    def take(self, body: bytes) -> None:
        """Keep the spans of one request."""
        request = ExportTraceServiceRequest.FromString(body)
        with self._lock:
            for resource in request.resource_spans:
                named = {each.key: each.value.string_value for each in resource.resource.attributes}
                service = named["service.name"].removeprefix("throughline-")
                self._received += [Received(service, span) for scope in resource.scope_spans for span in scope.spans]


@contextmanager
def collecting() -> Iterator[Collector]:
    """Run a collector on a free port inside the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Take one request; anything but traces is not for us."""
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.path == PATH:
                collector.take(gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body)
            self.send_response(200 if self.path == PATH else 404)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing of each request."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collector = Collector(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield collector
        finally:
            server.shutdown()
            thread.join()
