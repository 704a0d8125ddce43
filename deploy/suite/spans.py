"""Spans kept in memory, so that the tour can print one trace as a tree."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from shared.telemetry import SpanRecord, record_of


class SpanShelf(SpanExporter):
    """Keeps every span it is given."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._spans: list[SpanRecord] = []

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Keep `spans`."""
        with self._lock:
            self._spans.extend(map(record_of, spans))
        return SpanExportResult.SUCCESS

    def of_trace(self, trace_id: str) -> list[SpanRecord]:
        """The spans of the trace `trace_id` (32 hex digits), earliest first."""
        with self._lock:
            found = [span for span in self._spans if span.trace_id == trace_id]
        return sorted(found, key=lambda span: span.started_at)
