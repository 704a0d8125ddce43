"""Reading a trace back: its spans, whose they are, and what lies under what."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.errors import NotFound
from shared.telemetry import TENANT, SpanRecord

SPANS_MAX = 5000
FIND = text(
    """
    select trace_id, span_id, parent_id, service, name, kind, started_at, ended_at, error, attributes, links
    from msg.span where trace_id = :trace_id order by started_at, ended_at desc limit :most
    """
)


class NoSuchTrace(NotFound):
    """No span of this trace is kept in this service.

    Spans are kept for a day, and only where no collector takes them; other services of the trace keep their own.
    """


@dataclass(frozen=True)
class Branch:
    """A span and what was done under it, in the order of their beginnings."""

    span: SpanRecord
    under: list[Branch] = field(default_factory=list)


async def find(session: AsyncSession, trace_id: str) -> list[SpanRecord]:
    """What this service keeps of a trace (32 hex digits), earliest first; the first 5,000 spans."""
    rows = await session.execute(FIND, {"trace_id": trace_id, "most": SPANS_MAX})
    return [SpanRecord(**{**row._mapping, "links": tuple(row.links)}) for row in rows]


def mine(spans: Sequence[SpanRecord], tenant_id: UUID) -> list[SpanRecord]:
    """The spans of this tenant: a span that names none belongs to whom the next one above it names."""
    by_id = {span.span_id: span for span in spans}

    def owner(span: SpanRecord | None) -> str | None:
        while span is not None and TENANT not in span.attributes:
            span = by_id.get(span.parent_id or "")
        return str(span.attributes[TENANT]) if span else None

    return [span for span in spans if owner(span) == str(tenant_id)]


def tree(spans: Iterable[SpanRecord], *, hidden: Collection[str] = ()) -> list[Branch]:
    """The trace as trees, one per span whose parent is not among `spans`.

    Spans whose names begin with a word of `hidden` (lower case) are left out; what is under them moves up.
    """
    ordered = sorted(spans, key=lambda span: span.started_at)
    parents = {span.span_id: span.parent_id for span in ordered}
    shown = {span.span_id: Branch(span) for span in ordered if span.name.partition(" ")[0].lower() not in hidden}
    roots: list[Branch] = []
    for branch in shown.values():
        parent = branch.span.parent_id
        while parent and parent not in shown:
            parent = parents.get(parent)
        (shown[parent].under if parent else roots).append(branch)
    return roots
