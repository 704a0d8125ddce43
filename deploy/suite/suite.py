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
    members: dict[str, Member]
    postgres: Server

    def flush_spans(self) -> None:
        """Hand over every span that has ended."""
        for member in self.members.values():
            member.telemetry.provider.force_flush()

    async def is_quiet(self) -> bool:
        """Whether every announced event has been reacted to and no job waits."""
        for member in self.members.values():
            async with member.database.engine.connect() as connection:
                if await connection.scalar(UNFINISHED):
                    return False
        return True


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
        members = assemble(databases, directory, url, exporter, now)
        async with _serving(members, directory, url, listening, postgres):
            yield Suite(url, members, postgres)
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
    databases: dict[str, Database], directory: Path, url: str, exporter: SpanExporter | None, now: Clock
) -> dict[str, Member]:
    """Put every service together with its database, its worker and the transport between them."""
    issuer = issuer_of(directory, url)
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
async def _serving(
    members: dict[str, Member], directory: Path, url: str, listening: socket.socket, postgres: Server
) -> AsyncIterator[None]:
    app = front_door(members, create_issuer_app(issuer_of(directory, url)))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=5))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    stopping = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_look_after(postgres, stopping))
        serving = tasks.create_task(server.serve(sockets=[listening]))
        for member in members.values():
            tasks.create_task(_work(member, stopping))
        await _started(server)
        try:
            yield
        finally:
            stopping.set()
            for member in members.values():
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
