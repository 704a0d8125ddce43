"""The span of one request, named and attributed as OpenTelemetry's HTTP conventions have it (stable, 1.44)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from starlette.types import Scope

from shared import telemetry
from shared.web.directory import FOUND

METHODS = frozenset({"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"})
LOWEST_FAILURE = 500


@contextmanager
def answering(scope: Scope) -> Iterator[Any]:
    """The span of the service at work for the request of `scope`.

    Nothing is worked out for a request whose trace is not recorded.
    """
    method = scope["method"] if scope["method"] in METHODS else "HTTP"
    given = next((value for name, value in scope["headers"] if name == b"traceparent"), b"")
    with telemetry.serving(method, given.decode("latin-1") or None) as made:
        if made.is_recording():
            made.set_attributes(
                {
                    "http.request.method": method if method != "HTTP" else "_OTHER",
                    "url.scheme": scope.get("scheme", "http"),
                    "url.path": scope["path"],
                    "network.protocol.version": scope.get("http_version", ""),
                }
            )
        yield made


def answered(made: Any, scope: Scope, status: int) -> None:
    """Say on the span by which route the request was answered, and how."""
    if not made.is_recording():
        return
    made.set_attribute("http.response.status_code", status)
    if route := scope.get(FOUND):
        place = scope.get("root_path", "") + route.path_format
        made.set_attribute("http.route", place)
        made.update_name(f"{scope['method']} {place}")
    if status >= LOWEST_FAILURE:
        made.set_attribute("error.type", str(status))
        made.set_status(telemetry.ERROR)
