"""The HTTP application of a service: its routes under /api/v1, its description, its health."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Hashable, Sequence
from contextlib import asynccontextmanager
from functools import cache
from typing import Any, Protocol

from fastapi import APIRouter, FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute

from shared.actor import NotPermitted
from shared.auth import NotLoggedIn, Verifier
from shared.clock import Clock, wall_clock
from shared.database import Database
from shared.telemetry import Telemetry
from shared.ui import assets, showcase
from shared.web.description import description_of, operation_id
from shared.web.directory import Directory
from shared.web.front import Drain, Front
from shared.web.health import Check, health, is_durable
from shared.web.limits import (
    BODY_BYTES,
    BodyEncoded,
    BodyTimedOut,
    BodyTooLarge,
    Limits,
    Rate,
    TookTooLong,
    TooManyRequests,
)
from shared.web.problems import HANDLERS, Busy, InternalError, InvalidRequest, Unavailable, refusals
from shared.web.route import Edge

VERSION = "1"
# The span of a request is our own (`front`): FastAPI's costs a tenth of the answer, recorded or not.
UNWATCHED: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
# Callers see the same few answers everywhere, so they are described once for all.
EVERYWHERE = refusals(
    NotLoggedIn,
    NotPermitted,
    BodyTimedOut,
    BodyTooLarge,
    BodyEncoded,
    InvalidRequest,
    TooManyRequests,
    InternalError,
    TookTooLong,
    Busy,
    Unavailable,
)


class Served(Hashable, Protocol):
    """What of a service is served over HTTP."""

    @property
    def name(self) -> str:
        """Its name, one word."""

    @property
    def all_routers(self) -> tuple[APIRouter, ...]:
        """Its routes."""

    @property
    def asyncapi(self) -> dict[str, Any]:
        """What it says of its events."""

    def permissions_of(self, roles: frozenset[str]) -> frozenset[str]:
        """What somebody with `roles` may do in it."""


def create_app(
    service: Served,
    database: Database,
    verifier: Verifier,
    clock: Clock = wall_clock,
    *,
    telemetry: Telemetry | None = None,
    drain: Drain | None = None,
    limits: Limits | None = None,
    checks: Sequence[Check] = (is_durable,),
) -> FastAPI:
    """The application of `service`.

    `drain` is told by whoever runs the process that the end is near; `checks` decide whether it is ready.
    """
    drain = drain or Drain()
    limits = limits or Limits()
    app = FastAPI(
        title=f"Throughline {service.name}",
        version=VERSION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        generate_unique_id_function=operation_id,
        exception_handlers=HANDLERS,
        telemetry=UNWATCHED,
        lifespan=_draining(drain),
    )
    app.state.edge = Edge(database, verifier, cache(service.permissions_of), clock, limits, Rate(limits))
    app.state.drain = drain
    app.add_middleware(Front, drain=drain, telemetry=telemetry)
    app.router.routes += _interface(service)
    app.include_router(health(database, drain, checks))
    app.mount(assets.PATH, assets.static_files)
    app.add_route("/asyncapi.json", _events_of(service), include_in_schema=False)
    app.include_router(showcase.router)
    app.openapi = description_of(app)  # type: ignore[method-assign]
    app.router.routes.insert(0, Directory(app))
    return app


@cache
def _interface(service: Served) -> Sequence[BaseRoute]:
    """Every route of the service, where callers find them; put together once per process, for that takes longest."""
    api = APIRouter(prefix="/api/v1", max_body_size=BODY_BYTES, responses=EVERYWHERE)
    for router in service.all_routers:
        api.include_router(router)
    whole = APIRouter(generate_unique_id_function=operation_id)
    whole.include_router(api)
    return whole.routes


def _events_of(service: Served) -> Callable[[Request], JSONResponse]:
    """Tell anybody what the service announces and reacts to, as its OpenAPI description tells what it serves."""
    return lambda _: JSONResponse(service.asyncapi)


def _draining(drain: Drain) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        drain.begin()

    return lifespan
