"""A trace as a tree: over HTTP as whoever asks may see it, on the command line whole."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer
from fastapi import APIRouter, Path

from shared import traces
from shared.actor import NotPermitted
from shared.operations.console import app, at_desk, out
from shared.operations.desk import Desk, desk_for
from shared.operations.permissions import Permission
from shared.telemetry import SpanRecord
from shared.traces import Branch, NoSuchTrace
from shared.web import InWork, View, WorkRoute, refusals

router = APIRouter(prefix="/traces", tags=["traces"], route_class=WorkRoute)
TraceId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$", description="as `traceresponse` names it, 32 hex digits")]


class SpanView(View):
    """A span of this service, and what was done under it."""

    span_id: str
    parent_id: str | None
    service: str
    name: str
    kind: str
    started_at: datetime
    microseconds: int
    error: str | None
    attributes: dict[str, Any]
    links: list[str]
    """Spans of other traces that led to it, each as `<trace id>-<span id>`."""
    under: list[SpanView]

    @classmethod
    def of(cls, branch: Branch) -> SpanView:
        """What is shown of `branch` and everything under it."""
        said = {name: getattr(branch.span, name) for name in cls.model_fields if name not in ("under", "links")}
        return cls(**said, links=list(branch.span.links), under=[cls.of(each) for each in branch.under])


class TraceView(View):
    """The spans of one trace in this service; other services keep their own."""

    trace_id: str
    spans: list[SpanView]


@router.get("/{trace_id}", responses=refusals(NotPermitted, NoSuchTrace))
async def show(trace_id: TraceId, work: InWork) -> TraceView:
    """What this service did in one trace of this tenant, as a tree; for administrators and auditors."""
    desk = desk_for(work, Permission.SEE_OPERATIONS)
    branches = traces.tree(await spans_of(desk, trace_id))
    return TraceView(trace_id=trace_id, spans=[SpanView.of(each) for each in branches])


@app.command("trace")
def print_trace(
    context: typer.Context,
    trace: Annotated[str, typer.Argument(help="the trace id, or the whole value of the header traceresponse")],
    statements: Annotated[bool, typer.Option(help="show each statement of the database too")] = False,
) -> None:
    """Print what this service did in one trace, as a tree."""
    trace_id = trace.split("-")[1] if trace.count("-") > 1 else trace
    spans = at_desk(context, lambda desk: spans_of(desk, trace_id))
    out.print(traces.as_rich_tree(trace_id, traces.tree(spans, hidden=() if statements else traces.STATEMENTS)))


async def spans_of(desk: Desk, trace_id: str) -> list[SpanRecord]:
    """The spans of a trace that are in sight. Raises NoSuchTrace."""
    found = await traces.find(desk.session, trace_id)
    if desk.tenant_id is not None:
        found = traces.mine(found, desk.tenant_id)
    if not found:
        raise NoSuchTrace()
    return found
