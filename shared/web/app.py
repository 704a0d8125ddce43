"""The HTTP application of a service: its routes under /api/v1, its description, its health."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

from fastapi import APIRouter, FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.requests import Request
from starlette.responses import JSONResponse

from shared.actor import NotPermitted
from shared.auth import NotLoggedIn, Verifier
from shared.clock import Clock, wall_clock
from shared.database import Database
from shared.telemetry import Telemetry
from shared.ui import assets, showcase
from shared.web.description import description_of, operation_id
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


class Served(Protocol):
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
        telemetry=_watched_by(telemetry),
        lifespan=_draining(drain),
    )
    app.state.edge = Edge(database, verifier, service.permissions_of, clock, limits, Rate(limits))
    app.add_middleware(Front, drain=drain, telemetry=telemetry)
    api = APIRouter(prefix="/api/v1", max_body_size=BODY_BYTES, responses=EVERYWHERE)
    for router in service.all_routers:
        api.include_router(router)
    app.include_router(api)
    app.include_router(health(database, drain, checks))
    app.mount(assets.PATH, assets.static_files)
    app.add_route("/asyncapi.json", _events_of(service), include_in_schema=False)
    app.include_router(showcase.router)
    app.openapi = description_of(app)  # type: ignore[method-assign]
    return app


def _events_of(service: Served) -> Callable[[Request], JSONResponse]:
    """Tell anybody what the service announces and reacts to, as its OpenAPI description tells what it serves."""
    return lambda _: JSONResponse(service.asyncapi)


def _watched_by(telemetry: Telemetry | None) -> TelemetryConfig:
    """One span per request, by the service's own tracer; metrics and logs have ways of their own."""
    if telemetry is None:
        return {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
    return {
        "tracer_provider": telemetry.provider,
        "metrics": False,
        "logs": False,
        "operation_spans": False,
        "auto_configure": False,
        "exclude": lambda scope: scope["path"].removeprefix(scope.get("root_path", "")).startswith("/health/"),
    }


def _draining(drain: Drain) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        drain.begin()

    return lifespan
