"""Running one service as a process, `python -m services.<name> api | worker | migrate`, or operating it."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlsplit

from prometheus_client import start_http_server
from uvicorn.loops.auto import auto_loop_factory

from shared import auth, jobs, migrations, telemetry, traces
from shared.clock import wall_clock
from shared.database import connect
from shared.messaging import wake
from shared.messaging.pace import Pace
from shared.messaging.provisioning import provision
from shared.messaging.rabbitmq import RabbitMQ
from shared.messaging.rights import definitions, grant
from shared.messaging.worker import Worker
from shared.operations import console, history_console, live_console, parked_console, replays
from shared.pages import live
from shared.pages.app import add_pages
from shared.pages.provider import Provider
from shared.pages.session import Sessions
from shared.sealing import Seal
from shared.service import Service
from shared.settings import Settings, from_environment, needed
from shared.web.app import create_app
from shared.web.front import Drain
from shared.web.health import is_at, is_durable
from shared.web.limits import Limits
from shared.web.server import GentleServer

log = logging.getLogger(__name__)
console.app.add_typer(parked_console.app, name="parked")
console.app.add_typer(live_console.pausing, name="pause")
console.app.add_typer(live_console.resuming, name="resume")
OPERATING = (*console.COMMANDS, *history_console.COMMANDS)
USAGE = "usage: python -m services.<name> " + " | ".join(("api", "worker", "migrate", "provision", *OPERATING))


def main(service: Service) -> None:
    """Run the part of `service` that the command line names, until it is told to stop."""
    commands: dict[str, Callable[[Service, Settings], Coroutine[Any, Any, None]]] = {
        "api": serve,
        "worker": work,
        "migrate": migrate,
        "provision": declare_topology,
    }
    if len(sys.argv) > 1 and sys.argv[1] in OPERATING:
        console.run(
            console.Surroundings(service.name, service.schema, service.all_reactions, from_environment()), sys.argv[1:]
        )
    wanted = sys.argv[1] if len(sys.argv) == 2 else ""
    if wanted not in commands:
        sys.stderr.write(USAGE + "\n")
        raise SystemExit(2)
    settings = from_environment()
    telemetry.log_as_json(service.name, settings.log_level)
    if settings.metrics_port:
        start_http_server(settings.metrics_port)
    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        runner.run(commands[wanted](service, settings))


async def serve(service: Service, settings: Settings, limits: Limits | None = None) -> None:
    """Answer HTTP until told to stop, then finish what is under way."""
    _check_secrets_key(service, settings)
    keys = auth.keys_at(settings.jwks_url) if settings.jwks_url else auth.keys_of(settings.issuer_url)
    verifier = auth.Verifier(settings.issuer_url, keys, audience=settings.audience)
    sessions = _sessions(settings, verifier)
    database = connect(service.name, settings.database_url, pool_size=settings.pool_size)
    drain = Drain()
    watched = _watch(service, settings)
    app = create_app(
        service,
        database,
        verifier,
        telemetry=watched,
        drain=drain,
        limits=limits,
        checks=(is_durable, is_at(migrations.head(service.name))),
    )
    add_pages(app, service, sessions)
    server = GentleServer(
        app,
        drain,
        drain_seconds=settings.drain_seconds,
        host=settings.host,
        port=settings.port,
        root_path=f"/{service.name}",
        timeout_graceful_shutdown=10,
    )
    calling = asyncio.gather(wake.call(database), live.tell(database))
    gc.freeze()  # what the service is made of stays; looking through it halts everything for a tenth of a second
    try:
        async with traces.kept(database, watched.shelf):
            await server.serve()
    finally:
        calling.cancel()
        await asyncio.gather(calling, return_exceptions=True)
        await database.engine.dispose()


async def work(service: Service, settings: Settings) -> None:
    """Send what is announced, react to what arrives and advance the jobs, until told to stop."""
    _check_secrets_key(service, settings)
    database = connect(service.name, settings.database_url, pool_size=settings.pool_size)
    transport = RabbitMQ(needed(settings.broker_url, "BROKER_URL"))
    pace = Pace(settings.backlog_rest)
    worker = Worker(service.name, (service.all_reactions,), database, transport, pace=pace)
    kinds = (*service.all_jobs, replays.kind(transport))
    stopping = _told_to_stop()
    gc.freeze()  # what the service is made of stays; looking through it halts everything for a tenth of a second
    try:
        watched = _watch(service, settings)
        with watched.active():
            async with traces.kept(database, watched.shelf), asyncio.TaskGroup() as tasks:
                tasks.create_task(worker.run())
                tasks.create_task(jobs.run_apart(database, kinds, wall_clock, stopping))
                telling = tasks.create_task(live.tell(database))
                await stopping.wait()
                await worker.stop()
                telling.cancel()
    finally:
        await database.engine.dispose()


async def migrate(service: Service, settings: Settings) -> None:
    """Bring the database to the state that this code expects."""
    owner_url = needed(settings.migration_database_url, "MIGRATION_DATABASE_URL")
    app_role = urlsplit(settings.database_url).username or ""
    await migrations.upgrade(service.schema, owner_url, app_role)
    log.info("%s is at revision %s", service.name, migrations.head(service.name))


async def declare_topology(service: Service, settings: Settings) -> None:
    """Declare the service's queues and bindings on the broker, and its user there where one is to be made."""
    own_url, reactions = needed(settings.broker_url, "BROKER_URL"), (service.all_reactions,)
    await provision(settings.broker_admin_url or own_url, service.name, reactions)
    if settings.broker_management_url:
        await grant(settings.broker_management_url, definitions(service.name, reactions, own_url))


def _check_secrets_key(service: Service, settings: Settings) -> None:
    """Refuse to run what could not read its secrets; the key itself is read where a secret is."""
    if service.keeps_secrets:
        needed(settings.secrets_key, "SECRETS_KEY")


def _sessions(settings: Settings, verifier: auth.Verifier) -> Sessions:
    """Who is at the browsers, by the provider, the key and the origin that the settings name."""
    seal = Seal.of(needed(settings.session_key, "SESSION_KEY"))
    provider = Provider(settings.issuer_url, client_id=settings.client_id, discovery=settings.discovery_url)
    return Sessions(provider, verifier, seal, needed(settings.public_url, "PUBLIC_URL"))


def _watch(service: Service, settings: Settings) -> telemetry.Telemetry:
    """Spans go to the collector; where there is none, the service keeps them itself."""
    shelf = None if settings.otlp_endpoint else telemetry.Shelf()
    return telemetry.watch(service.name, otlp_endpoint=settings.otlp_endpoint, shelf=shelf, ratio=settings.trace_ratio)


def _told_to_stop() -> asyncio.Event:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    return stopping
