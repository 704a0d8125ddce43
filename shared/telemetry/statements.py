"""A span for every statement that is sent to the database inside a recorded trace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind
from sqlalchemy import Engine
from sqlalchemy.event import listen

from shared.telemetry.watching import failed, tracer

STATEMENT_MAX = 2000


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
    return tracer().start_span(operation, kind=SpanKind.CLIENT, attributes=attributes)


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
