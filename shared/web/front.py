"""The first and last to touch a request: its id, the headers of its answer, and what went wrong unforeseen."""

from __future__ import annotations

import asyncio
import logging
import re

from fastapi import Request, Response
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import telemetry
from shared.ids import new_id
from shared.telemetry import Telemetry
from shared.web.directory import local_path
from shared.web.limits import BodyEncoded, BodyTooLarge
from shared.web.problems import InternalError, problem
from shared.web.spans import answered, answering

log = logging.getLogger(__name__)
RawHeaders = list[tuple[bytes, bytes]]

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
CONTENT_TOO_LARGE = 413
HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)
UNWATCHED = "/health/"


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
        request = Request(scope, receive)
        leaving = Leaving(request, send)
        with self._drain:
            if self._telemetry is None or local_path(scope).startswith(UNWATCHED):
                await self._answer(request, leaving)
                return
            with self._telemetry.active(), answering(scope) as span:
                await self._answer(request, leaving)
                answered(span, scope, leaving.status)

    async def _answer(self, request: Request, leaving: Leaving) -> None:
        scope, receive = request.scope, request.receive
        request.state.request_id = _request_id(request.headers)
        if request.headers.get("content-encoding", "identity") != "identity":
            await problem(request, BodyEncoded())(scope, receive, leaving.send)
            return
        try:
            await self._app(scope, receive, leaving.send)
        except Exception:
            log.exception("request %s failed", request.state.request_id)
            if leaving.status:
                raise
            await problem(request, InternalError())(scope, receive, leaving.send)


class Leaving:
    """An answer on its way out."""

    def __init__(self, request: Request, send: Send) -> None:
        self._request = request
        self._send = send
        self._instead: Response | None = None
        self.status = 0
        """That of the answer, once it has begun to leave."""

    async def send(self, message: Message) -> None:
        """Send `message` with the headers that every answer has; a framework's bare 413 leaves as a problem."""
        if message["type"] != "http.response.start":
            if self._instead is None:
                await self._send(message)
            return
        self.status = message["status"]
        headers = list(message["headers"])
        if self.status == CONTENT_TOO_LARGE and "json" not in Headers(raw=headers).get("content-type", ""):
            self._instead = problem(self._request, BodyTooLarge())
            headers = self._instead.raw_headers
        await self._send({**message, "headers": headers + self._added_to(headers)})
        if self._instead is not None:
            await self._send({"type": "http.response.body", "body": self._instead.body})

    def _added_to(self, headers: RawHeaders) -> RawHeaders:
        """What every answer has besides its own `headers`; where those say something else, that holds."""
        own = {name for name, _ in headers}
        added = [(name, value) for name, value in HEADERS if name not in own]
        added.append((b"x-request-id", self._request.state.request_id.encode()))
        if traceparent := telemetry.current_traceparent():
            added.append((b"traceresponse", traceparent.encode()))
        return added


def _request_id(headers: Headers) -> str:
    """The caller's own id if it is a plain word, else a new one."""
    given = headers.get("x-request-id", "")
    return given if REQUEST_ID.fullmatch(given) else str(new_id())
