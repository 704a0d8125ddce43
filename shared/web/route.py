"""From a request to `Work`, and back: verified, counted, claimed, done, committed; then the answer leaves.

FastAPI finishes dependencies with `yield` after the answer was sent, so a commit there could fail unheard. Here the
transaction is opened and committed round the handler.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any, cast

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute

from shared import telemetry
from shared.actor import Actor
from shared.auth import Claims, NotLoggedIn, Verifier
from shared.clock import Clock
from shared.crash_points import crash_point
from shared.database import Database
from shared.web.idempotency import SAFE, Attempt, attempt
from shared.web.limits import BodyTimedOut, Limits, Rate, TookTooLong
from shared.web.problems import Unavailable
from shared.work import Work, begin, enter

Handler = Callable[[Request], Awaitable[Response]]
LOWEST_REFUSAL = 400


@dataclass(frozen=True)
class Edge:
    """What requests need of their service to become work."""

    database: Database
    verifier: Verifier
    permissions_of: Callable[[frozenset[str]], frozenset[str]]
    clock: Clock
    limits: Limits
    rate: Rate

    async def actor(self, request: Request) -> Actor:
        """Who sent `request`. Raises NotLoggedIn, TooManyRequests."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise NotLoggedIn()
        return self.counted(await self.verifier.verify(token.strip()))

    def counted(self, claims: Claims) -> Actor:
        """Whoever `claims` are about, one request more. Raises TooManyRequests."""
        self.rate.take(f"{claims.tenant_id}/{claims.subject}")
        permissions = self.permissions_of(claims.roles)
        return Actor(claims.subject, claims.tenant_id, claims.roles, permissions)


class WorkRoute(APIRoute):
    """A route whose handler does one piece of work, by whoever the token names."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, inside its work."""
        handle = self.done_in_work()
        route = self.path

        async def serve(request: Request) -> Response:
            edge = cast(Edge, request.app.state.edge)
            actor = await self.actor_of(request, edge)
            telemetry.of_tenant(actor.tenant_id)
            tried = attempt(request, actor.subject, route, await whole_body(request, edge.limits.body_seconds))
            try:
                async with asyncio.timeout(edge.limits.answer_seconds):
                    answer = await _in_work(edge, actor, tried, request, handle)
            except TimeoutError as error:
                raise TookTooLong() from error
            if request.method not in SAFE:
                edge.database.changes.note(actor.tenant_id, self.endpoint)
            return answer

        return serve

    def done_in_work(self) -> Handler:
        """The handler itself, and what else belongs to its work."""
        return super().get_route_handler()

    async def actor_of(self, request: Request, edge: Edge) -> Actor:
        """Who sent `request`, by its bearer token. Raises NotLoggedIn, TooManyRequests."""
        return await edge.actor(request)


async def current_work(request: Request) -> Work:
    """The work that this request is."""
    return cast(Work, request.state.work)


InWork = Annotated[Work, Depends(current_work)]


async def whole_body(request: Request, seconds: float) -> bytes:
    """The body, read before a connection is taken, so that a slow sender holds up nobody else."""
    try:
        async with asyncio.timeout(seconds):
            return await request.body()
    except TimeoutError as error:
        raise BodyTimedOut() from error


async def _in_work(edge: Edge, actor: Actor, tried: Attempt | None, request: Request, handle: Handler) -> Response:
    opened = False
    try:
        async with begin(edge.database, actor, edge.clock(), entering=tried.enter if tried else enter) as work:
            opened = True
            request.state.work = work
            if tried and not tried.is_first:
                return await tried.recall(work)
            answer = await handle(request)
            if answer.status_code >= LOWEST_REFUSAL:
                raise RuntimeError("a handler refuses by raising, so that nothing is committed")
            if tried:
                await tried.remember(work, answer)
                crash_point("api.before_commit")
        if tried:
            crash_point("api.after_commit")
        return answer
    except OSError as error:
        if opened:
            raise
        raise Unavailable() from error
