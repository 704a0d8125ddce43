"""Spans of this process that wait to be kept in the service's own database, because no collector takes them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
from opentelemetry.trace import SpanContext, StatusCode

HOLDS = 4096  # spans; what comes on top before they are fetched is not kept
NANOSECONDS = 1_000_000_000


@dataclass(frozen=True)
class SpanRecord:
    """One span that has ended, in plain values: ids in hex digits, links as `<trace id>-<span id>`."""

    trace_id: str
    span_id: str
    parent_id: str | None
    service: str
    name: str
    kind: str
    started_at: datetime
    ended_at: datetime
    error: str | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    links: tuple[str, ...] = ()

    @property
    def microseconds(self) -> int:
        """How long it took."""
        return round((self.ended_at - self.started_at).total_seconds() * 1_000_000)


class Shelf(SpanProcessor):
    """Holds what has ended until somebody takes it, and counts what found no place."""

    def __init__(self) -> None:
        self._ended: deque[ReadableSpan] = deque()
        self.left_out = 0

    def on_end(self, span: ReadableSpan) -> None:
        """Take `span` in; called by whichever thread ends it."""
        if len(self._ended) < HOLDS:
            self._ended.append(span)
        else:
            self.left_out += 1

    def take(self, at_most: int) -> list[SpanRecord]:
        """The spans that have waited longest; they are not on the shelf any more."""
        return [record_of(self._ended.popleft()) for _ in range(min(at_most, len(self._ended)))]


def record_of(span: ReadableSpan) -> SpanRecord:
    """An ended span of the SDK in plain values."""
    trace_id, span_id = _ids(span.get_span_context())
    return SpanRecord(
        trace_id=trace_id,
        span_id=span_id,
        parent_id=f"{span.parent.span_id:016x}" if span.parent else None,
        service=str(span.resource.attributes.get("service.name", "")).removeprefix("throughline-"),
        name=span.name,
        kind=span.kind.name.lower(),
        started_at=_instant(span.start_time),
        ended_at=_instant(span.end_time),
        error=(span.status.description or "failed") if span.status.status_code is StatusCode.ERROR else None,
        attributes=dict(span.attributes or {}),
        links=tuple("-".join(_ids(link.context)) for link in span.links),
    )


def _ids(context: SpanContext | None) -> tuple[str, str]:
    assert context is not None  # noqa: S101 - for the type checker
    return f"{context.trace_id:032x}", f"{context.span_id:016x}"


def _instant(nanoseconds: int | None) -> datetime:
    return datetime.fromtimestamp((nanoseconds or 0) / NANOSECONDS, UTC)
