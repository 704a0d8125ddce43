"""The first and last to touch a request: its id, the headers of its answer, and what went wrong unforeseen."""

from __future__ import annotations

import asyncio
import logging
import re
from contextlib import nullcontext

from fastapi import Request, Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import telemetry
from shared.ids import new_id
from shared.telemetry import Telemetry
from shared.web.limits import BodyEncoded, BodyTooLarge
from shared.web.problems import InternalError, problem

log = logging.getLogger(__name__)

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
CONTENT_TOO_LARGE = 413
HEADERS = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


class Drain:
    """Whether a process is on its way out, and how many requests it still answers."""

    def __init__(self) -> None:
        self.has_begun = False
        self.in_flight = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def begin(self) -> None:
        """Not ready from now on; requests are still answered."""
        self.has_begun = True

    async def finished(self, seconds: float) -> bool:
        """Wait until no request is being answered, at most `seconds`; tell whether none is."""
        try:
            await asyncio.wait_for(self._idle.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def __enter__(self) -> None:
        self.in_flight += 1
        self._idle.clear()

    def __exit__(self, *_: object) -> None:
        self.in_flight -= 1
        if not self.in_flight:
            self._idle.set()


class Front:
    """ASGI middleware round everything a service answers."""

    def __init__(self, app: ASGIApp, *, drain: Drain, telemetry: Telemetry | None) -> None:
        self._app = app
        self._drain = drain
        self._telemetry = telemetry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with self._drain, self._telemetry.active() if self._telemetry else nullcontext():
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        request.state.request_id = _request_id(request.headers)
        leaving = Leaving(request, send)
        if request.headers.get("content-encoding", "identity") != "identity":
            await problem(request, BodyEncoded())(scope, receive, leaving.send)
            return
        try:
            await self._app(scope, receive, leaving.send)
        except Exception:
            log.exception("request %s failed", request.state.request_id)
            if leaving.started:
                raise
            await problem(request, InternalError())(scope, receive, leaving.send)


class Leaving:
    """An answer on its way out."""

    def __init__(self, request: Request, send: Send) -> None:
        self._request = request
        self._send = send
        self._instead: Response | None = None
        self.started = False

    async def send(self, message: Message) -> None:
        """Send `message` with the headers that every answer has; a framework's bare 413 leaves as a problem."""
        if message["type"] != "http.response.start":
            if self._instead is None:
                await self._send(message)
            return
        self.started = True
        headers = MutableHeaders(scope=message)
        if message["status"] == CONTENT_TOO_LARGE and "json" not in headers.get("content-type", ""):
            self._instead = problem(self._request, BodyTooLarge())
            message = {**message, "headers": self._instead.raw_headers}
            headers = MutableHeaders(scope=message)
        self._add_to(headers)
        await self._send(message)
        if self._instead is not None:
            await self._send({"type": "http.response.body", "body": self._instead.body})

    def _add_to(self, headers: MutableHeaders) -> None:
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        headers["x-request-id"] = self._request.state.request_id
        if traceparent := telemetry.current_traceparent():
            headers["traceresponse"] = traceparent


def _request_id(headers: Headers) -> str:
    """The caller's own id if it is a plain word, else a new one."""
    given = headers.get("x-request-id", "")
    return given if REQUEST_ID.fullmatch(given) else str(new_id())
