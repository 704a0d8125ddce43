"""The embedded suite: every service in one process, on a real PostgreSQL, with events handed over in-process."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from opentelemetry.sdk.trace.export import SpanExporter
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Mount, Route

from deploy.suite.databases import create_service_database
from deploy.suite.issuer.app import create_issuer_app
from deploy.suite.issuer.firm import issuer_of
from deploy.suite.issuer.issuer import Issuer
from deploy.suite.servers import Server
from deploy.suite.servers import server as server_for
from services.billing.service import service as billing
from services.crm.service import service as crm
from services.delivery.service import service as delivery
from services.resourcing.service import service as resourcing
from shared import jobs, migrations, telemetry
from shared.auth import Verifier
from shared.clock import Clock, wall_clock
from shared.database import Database, connect
from shared.messaging.in_process import InProcess
from shared.messaging.inbox import Inbox
from shared.messaging.worker import Worker
from shared.service import Service
from shared.web.app import create_app

log = logging.getLogger(__name__)
SERVICES: tuple[Service, ...] = (crm, delivery, resourcing, billing)
PORT = 8080
PORTS_TRIED = 50
LOOK_AFTER_POSTGRES_SECONDS = 1.0
UNFINISHED = text(
    "select exists (select from msg.outbox)"
    " or exists (select from msg.inbox where status in ('pending', 'retry', 'waiting'))"
    " or exists (select from msg.job where state in ('queued', 'running'))"
)
PUT_ASIDE = text(
    """
    select consumer || ' ' || coalesce(type, '') as what, coalesce(error_type, '') || ' ' || error_text as why
      from msg.inbox where status = 'parked'
    union all select type, last_error from msg.outbox_parked
    union all select kind, error from msg.job where state = 'failed'
    """
)
LOOK_AGAIN_SECONDS = 0.01
LOOKS = 2  # an event may slip from one service to another behind the back of one look


@dataclass(frozen=True)
class Member:
    """One service of the suite as it runs."""

    service: Service
    database: Database
    app: FastAPI
    worker: Worker
    runner: jobs.Runner
    telemetry: telemetry.Telemetry


@dataclass(frozen=True)
class Suite:
    """The running suite."""

    url: str
    directory: Path
    members: dict[str, Member]
    issuer: Issuer
    app: Starlette
    postgres: Server

    def flush_spans(self) -> None:
        """Hand over every span that has ended."""
        for member in self.members.values():
            member.telemetry.provider.force_flush()

    async def settled(self) -> None:
        """Wait until every announced event has been reacted to and no job waits."""
        quiet = 0
        while quiet < LOOKS:
            quiet = quiet + 1 if await self._is_quiet() else 0
            await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def put_aside(self) -> list[str]:
        """What nobody could act on, each with its reason: parked messages, failed jobs."""
        found = []
        for name, member in self.members.items():
            async with member.database.engine.connect() as connection:
                rows = await connection.execute(PUT_ASIDE)
                found += [f"{name}: {row.what}: {row.why}" for row in rows]
        return found

    async def _is_quiet(self) -> bool:
        return not any(await asyncio.gather(*(_is_unfinished(member) for member in self.members.values())))


async def _is_unfinished(member: Member) -> bool:
    async with member.database.engine.connect() as connection:
        return bool(await connection.scalar(UNFINISHED))


@asynccontextmanager
async def running(
    directory: Path, *, port: int = PORT, exporter: SpanExporter | None = None, now: Clock = wall_clock
) -> AsyncIterator[Suite]:
    """Run the suite over the data in `directory` until the block ends; the next free port is taken."""
    telemetry.in_process_messaging()
    await asyncio.to_thread(directory.mkdir, parents=True, exist_ok=True)
    postgres = server_for(directory)
    await asyncio.to_thread(postgres.start)
    listening = free_socket(port)
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        databases = {service.name: await prepare(service, postgres) for service in SERVICES}
        issuer = issuer_of(directory, url)
        members = assemble(databases, issuer, exporter, now)
        suite = Suite(url, directory, members, issuer, front_door(members, create_issuer_app(issuer)), postgres)
        async with _serving(suite, listening):
            yield suite
        for database in databases.values():
            await database.engine.dispose()
    finally:
        listening.close()
        await asyncio.to_thread(postgres.stop)


async def prepare(service: Service, postgres: Server) -> Database:
    """Have the database of `service` with its tables, and connect to it as its app role."""
    addresses = await create_service_database(postgres, service.name)
    await migrations.upgrade(service.schema, addresses.owner_url, f"{service.name}_app")
    return connect(service.name, addresses.app_url)


def assemble(
    databases: dict[str, Database], issuer: Issuer, exporter: SpanExporter | None, now: Clock
) -> dict[str, Member]:
    """Put every service together with its database, its worker and the transport between them."""
    verifier = Verifier(issuer.url, issuer.key_source)
    inboxes = {
        service.name: Inbox(service.name, service.all_reactions, databases[service.name]) for service in SERVICES
    }
    transport = InProcess(inboxes.values())
    members = {}
    for service in SERVICES:
        database = databases[service.name]
        watched = telemetry.watch(service.name, exporter=exporter)
        members[service.name] = Member(
            service,
            database,
            create_app(service, database, verifier, now, telemetry=watched),
            Worker(service.name, (service.all_reactions,), database, transport, now),
            jobs.Runner(database, service.jobs, now),
            watched,
        )
    return members


def front_door(members: dict[str, Member], issuer: Starlette) -> Starlette:
    """Every service under its own path, the issuer under /issuer."""

    async def directory(_: object) -> JSONResponse:
        return JSONResponse({name: f"/{name}/api/v1/openapi.json" for name in members})

    async def home(_: object) -> RedirectResponse:
        return RedirectResponse("/services")

    mounts = [Mount(f"/{name}", member.app) for name, member in members.items()]
    return Starlette(routes=[Route("/", home), Route("/services", directory), Mount("/issuer", issuer), *mounts])


def free_socket(port: int) -> socket.socket:
    """A socket that listens on `port` of this machine alone, or on the next free one."""
    for candidate in range(port, port + PORTS_TRIED) if port else (0,):
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(("127.0.0.1", candidate))
        except OSError:
            listening.close()
        else:
            return listening
    raise OSError(f"no free port from {port} to {port + PORTS_TRIED}")


@asynccontextmanager
async def _serving(suite: Suite, listening: socket.socket) -> AsyncIterator[None]:
    config = uvicorn.Config(suite.app, log_level="warning", access_log=False, timeout_graceful_shutdown=5)
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    stopping = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_look_after(suite.postgres, stopping))
        serving = tasks.create_task(server.serve(sockets=[listening]))
        for member in suite.members.values():
            tasks.create_task(_work(member, stopping))
        await _started(server)
        try:
            yield
        finally:
            stopping.set()
            for member in suite.members.values():
                await member.worker.stop()
            server.should_exit = True
            await serving


async def _started(server: uvicorn.Server) -> None:
    """Wait until `server` answers; it has no event for that."""
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.01)


async def _work(member: Member, stopping: asyncio.Event) -> None:
    with member.telemetry.active():
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(member.worker.run())
            tasks.create_task(member.runner.run(stopping))


async def _look_after(postgres: Server, stopping: asyncio.Event) -> None:
    """Bring PostgreSQL back when somebody killed it."""
    while not stopping.is_set():
        try:
            await asyncio.wait_for(stopping.wait(), LOOK_AFTER_POSTGRES_SECONDS)
        except TimeoutError:
            if await asyncio.to_thread(postgres.ensure_running):
                log.warning("PostgreSQL was gone and runs again")
