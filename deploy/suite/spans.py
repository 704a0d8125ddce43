"""Spans kept in memory, so that the tour can print one trace as a tree."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from rich.tree import Tree

NANOSECONDS = 1_000_000


class SpanShelf(SpanExporter):
    """Keeps every span it is given."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._spans: list[ReadableSpan] = []

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Keep `spans`."""
        with self._lock:
            self._spans.extend(spans)
        return SpanExportResult.SUCCESS

    def of_trace(self, trace_id: str) -> list[ReadableSpan]:
        """The spans of the trace `trace_id` (32 hex digits), earliest first."""
        with self._lock:
            found = [span for span in self._spans if span.context and f"{span.context.trace_id:032x}" == trace_id]
        return sorted(found, key=lambda span: span.start_time or 0)


def service_of(span: ReadableSpan) -> str:
    """The service that made `span`, without our prefix."""
    return str(span.resource.attributes.get("service.name", "")).removeprefix("throughline-")


def as_tree(spans: Sequence[ReadableSpan], *, hidden: frozenset[str]) -> Tree:
    """One trace as a tree: service, span, duration; spans whose names begin with a word of `hidden` are left out."""
    shown = {span.context.span_id: span for span in spans if span.context and _first_word(span) not in hidden}
    parents = {span.context.span_id: span.parent for span in spans if span.context}
    branches: dict[int, Tree] = {}
    root = Tree("trace")
    for number, span in shown.items():
        parent = span.parent
        while parent and parent.span_id not in shown:
            parent = parents.get(parent.span_id)
        under = branches.get(parent.span_id, root) if parent else root
        branches[number] = under.add(_line(span))
    return root


def _first_word(span: ReadableSpan) -> str:
    return span.name.partition(" ")[0].lower()


def _line(span: ReadableSpan) -> str:
    lasted = ((span.end_time or 0) - (span.start_time or 0)) / NANOSECONDS
    attributes = span.attributes or {}
    about = attributes.get("messaging.consumer.group.name") or attributes.get("cloudevents.event_type") or ""
    return f"[bold]{service_of(span):<10}[/] {span.name} [dim]{about}[/]  {lasted:.1f} ms"
