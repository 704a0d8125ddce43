"""The embedded suite: every service in one process, on a real PostgreSQL, with events handed over in-process."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from opentelemetry.sdk.trace.export import SpanExporter
from starlette.applications import Starlette
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Mount, Route

from deploy.suite.browsers import sessions_of
from deploy.suite.databases import create_service_database
from deploy.suite.issuer.app import create_issuer_app
from deploy.suite.issuer.firm import issuer_of
from deploy.suite.issuer.issuer import Issuer
from deploy.suite.members import SERVICES, Member, assemble
from deploy.suite.servers import Server
from deploy.suite.servers import server as server_for
from shared import migrations, telemetry
from shared.clock import Clock, wall_clock
from shared.database import Database, connect
from shared.service import Service

log = logging.getLogger(__name__)
PORT = 8080
PORTS_TRIED = 50
LOOK_AFTER_POSTGRES_SECONDS = 1.0
LOOK_AGAIN_SECONDS = 0.01
PATIENCE_SECONDS = 30.0
LOOKS = 2  # an event may slip from one service to another behind the back of one look


class NotSettled(Exception):
    """Something was announced and nobody gets on with it; the message says what, and what is known of it."""


@dataclass(frozen=True)
class Suite:
    """The running suite; until `working` is set its services are waiting to be told to catch up."""

    url: str
    directory: Path
    members: dict[str, Member]
    issuer: Issuer
    app: Starlette
    postgres: Server
    working: asyncio.Event

    def flush_spans(self) -> None:
        """Hand over every span that has ended."""
        for member in self.members.values():
            member.telemetry.provider.force_flush()

    async def settled(self) -> None:
        """Wait until every announced event has been reacted to and no job waits.

        Raises NotSettled, saying what waits and why, when nothing has moved for half a minute.
        """
        looks, moved_at = LOOKS, time.monotonic()
        while looks:
            if not self.working.is_set() and await self._catch_up():
                moved_at = time.monotonic()
            waiting = await self._unfinished()
            looks = LOOKS if waiting else looks - 1 if self.working.is_set() else 0
            if time.monotonic() - moved_at > PATIENCE_SECONDS:
                raise NotSettled("\n".join(waiting))
            await asyncio.sleep(LOOK_AGAIN_SECONDS if looks else 0)

    async def put_aside(self) -> list[str]:
        """What nobody could act on, each with its reason: parked messages, failed jobs."""
        return [each for member in self.members.values() for each in await member.put_aside()]

    async def _catch_up(self) -> bool:
        """Move every event and every job as far as it goes; tell whether there was one."""
        members, moved = self.members.values(), False
        while any(await asyncio.gather(*(member.catch_up() for member in members))) or any(
            await asyncio.gather(*(member.do_jobs() for member in members))
        ):
            moved = True
        return moved

    async def _unfinished(self) -> list[str]:
        found = await asyncio.gather(*(member.unfinished() for member in self.members.values()))
        return [each for one in found for each in one]


@asynccontextmanager
async def running(
    directory: Path,
    *,
    port: int = PORT,
    exporter: SpanExporter | None = None,
    now: Clock = wall_clock,
    working: bool = True,
) -> AsyncIterator[Suite]:
    """Run the suite over the data in `directory` until the block ends; the next free port is taken.

    Without `working` nothing moves between the services until somebody asks for it with `settled`, or sets `working`.
    """
    telemetry.in_process_messaging()
    await asyncio.to_thread(directory.mkdir, parents=True, exist_ok=True)
    postgres = server_for(directory)
    listening = free_socket(port)
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        postgres.start()  # not in a thread: nothing else runs yet, and half a start could not be called off
        os.environ.setdefault("SECRETS_KEY", postgres.password_of("secrets"))  # the same for as long as the data
        databases = {service.name: await prepare(service, postgres) for service in SERVICES}
        issuer = issuer_of(directory, url, databases)
        log_ins = create_issuer_app(issuer)
        members = assemble(databases, sessions_of(issuer, log_ins), exporter, now)
        going = asyncio.Event()
        suite = Suite(url, directory, members, issuer, front_door(members, log_ins), postgres, going)
        if working:
            going.set()
        gc.freeze()  # what the services are made of stays for good: the collector need not look at it again
        gc.enable()
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


def front_door(members: dict[str, Member], issuer: Starlette) -> Starlette:
    """Every service under its own path, the issuer under /issuer; what is the same in all is given by the first."""

    async def directory(_: object) -> JSONResponse:
        return JSONResponse({name: f"/{name}/api/v1/openapi.json" for name in members})

    async def home(_: object) -> RedirectResponse:
        return RedirectResponse("/home")

    mounts = [Mount(f"/{name}", member.app) for name, member in members.items()]
    # The first page, the browser's files and the components are the same in every service.
    any_one = next(iter(members.values())).app
    common = [Route(path, any_one) for path in ("/home", "/static/{name:path}", "/ui", "/ui/{name:path}")]
    return Starlette(
        routes=[Route("/", home), Route("/services", directory), Mount("/issuer", issuer), *common, *mounts]
    )


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
    server.capture_signals = nullcontext  # type: ignore[assignment, method-assign]  # whoever runs the suite is told to stop
    stopping = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_look_after(suite.postgres, stopping))
        serving = tasks.create_task(server.serve(sockets=[listening]))
        for member in suite.members.values():
            tasks.create_task(_work(member, suite.working, stopping))
        await _started(server)
        try:
            yield
        finally:
            stopping.set()
            suite.working.set()
            for member in suite.members.values():
                await member.worker.stop()
            server.should_exit = True
            await serving


async def _started(server: uvicorn.Server) -> None:
    """Wait until `server` answers; it has no event for that."""
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.01)


async def _work(member: Member, working: asyncio.Event, stopping: asyncio.Event) -> None:
    await working.wait()
    await member.run(stopping)


async def _look_after(postgres: Server, stopping: asyncio.Event) -> None:
    """Bring PostgreSQL back when somebody killed it."""
    while not stopping.is_set():
        try:
            await asyncio.wait_for(stopping.wait(), LOOK_AFTER_POSTGRES_SECONDS)
        except TimeoutError:
            if await asyncio.to_thread(postgres.ensure_running):
                log.warning("PostgreSQL was gone and runs again")
