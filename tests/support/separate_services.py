"""The four services as eight processes, an issuer beside them, and an edge that gives them one address."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import aio_pika
import httpx2
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_fixed

from deploy.suite.databases import ServiceDatabase
from deploy.suite.issuer.app import create_issuer_app
from deploy.suite.issuer.firm import issuer_of
from deploy.suite.members import SERVICES
from deploy.suite.suite import free_socket
from shared.messaging.provisioning import queue_of
from shared.messaging.rights import definitions
from tests.support.databases import Databases
from tests.support.evidence import Evidence
from tests.support.processes import LOOK_AGAIN_SECONDS, ROOT, START_SECONDS, Program, end_remains, free_ports
from tests.support.rabbitmq import Broker, own_url
from tests.support.slots import slot

NAMES = tuple(service.name for service in SERVICES)


class Patient(httpx2.AsyncHTTPTransport):
    """Asks again for half a minute while nobody answers, as a client does whose server is being restarted."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send the request until it is answered."""
        attempts = AsyncRetrying(
            retry=retry_if_exception_type(httpx2.TransportError),
            stop=stop_after_delay(START_SECONDS),
            wait=wait_fixed(LOOK_AGAIN_SECONDS),
            reraise=True,
        )
        return await attempts(super().handle_async_request, request)


class Edge(httpx2.AsyncBaseTransport):
    """Sends what is under /billing to billing's API without that word, and so on; everything else to the issuer."""

    def __init__(self, ports: Mapping[str, int], issuer_port: int) -> None:
        self._ports = ports
        self._issuer_port = issuer_port
        self._inner = Patient()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Have the right process answer."""
        first, _, rest = request.url.raw_path.decode().removeprefix("/").partition("/")
        port = self._ports.get(first)
        path = f"/{rest}".encode() if port else request.url.raw_path
        request.url = request.url.copy_with(host="127.0.0.1", port=port or self._issuer_port, raw_path=path)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


@dataclass
class SeparateServices:
    """The services as processes over one broker and one server of databases; `trees` says which run from elsewhere."""

    directory: Path
    databases: Mapping[str, ServiceDatabase]
    broker: Broker
    broker_url: str
    issuer_url: str
    collector_url: str
    trees: Mapping[str, Path] = field(default_factory=dict)
    ports: Mapping[str, int] = field(default_factory=lambda: dict(zip(NAMES, free_ports(len(NAMES)), strict=True)))
    running: list[Program] = field(default_factory=list)

    def start(self) -> None:
        """Migrate and provision everything, then start an API and a worker of each service, and wait for them."""
        for command in ("migrate", "provision"):
            for program in [self._program(service, command) for service in NAMES]:
                program.finish()
        urls = {each.name: own_url(self.broker_url, each.name) for each in SERVICES}
        self.broker.grant(*(definitions(each.name, (each.all_reactions,), urls[each.name]) for each in SERVICES))
        apis = {service: self.run(service, "api") for service in NAMES}
        for service in NAMES:
            self.run(service, "worker")
        for api in apis.values():
            self._until_it_answers(api)

    def run(self, service: str, command: str) -> Program:
        """Start `api` or `worker` of `service`."""
        started = self._program(service, command)
        self.running.append(started)
        return started

    def worker(self, service: str) -> Program:
        """The worker of `service` that was started last."""
        return [program for program in self.running if program.name == f"{service}-worker"][-1]

    def stop(self, program: Program) -> int:
        """Tell one process to stop and give its exit status."""
        self.running.remove(program)
        return program.stop()

    def restart(self, program: Program) -> Program:
        """Stop one process, which must end well, and start its like in its place."""
        assert self.stop(program) == 0, program.printed
        service, _, command = program.name.partition("-")
        started = self.run(service, command)
        if command == "api":
            self._until_it_answers(started)
        return started

    def _until_it_answers(self, api: Program) -> None:
        address = f"http://127.0.0.1:{self.ports[api.name.removesuffix('-api')]}/health/live"
        api.until(lambda: answers(address), what="to answer")

    def stop_all(self) -> dict[str, int]:
        """Tell every process to stop at the same moment and give the exit statuses."""
        programs, self.running = self.running, []
        with ThreadPoolExecutor(max(1, len(programs))) as threads:
            return {
                program.name: status
                for program, status in zip(programs, threads.map(Program.stop, programs), strict=True)
            }

    def printed(self) -> str:
        """Everything that all processes printed, those that ended too."""
        return "\n".join(f"--- {log.name}\n{log.read_text()}" for log in sorted(self.directory.glob("*.log")))

    def printed_by(self, name: str) -> str:
        """What every process called `name` printed, for example `crm-api`."""
        return "".join(log.read_text() for log in sorted(self.directory.glob(f"{name}-*.log")))

    async def listeners(self, service: str) -> int:
        """How many workers take messages from the queue of `service`."""
        async with await aio_pika.connect(self.broker_url) as connection:
            channel = await connection.channel()
            queue = await channel.declare_queue(queue_of(service), passive=True)
            return queue.declaration_result.consumer_count or 0

    def edge(self) -> Edge:
        """A way for a client to reach them all."""
        return Edge(self.ports, httpx2.URL(self.issuer_url).port or 80)

    def _program(self, service: str, command: str) -> Program:
        settings = {
            "DATABASE_URL": self.databases[service].app_url,
            "PYTHONPATH": str(self.trees.get(service, ROOT)),
            "BROKER_URL": self.broker_url if service in self.trees else own_url(self.broker_url, service),
            "BROKER_ADMIN_URL": self.broker_url,
            "ISSUER_URL": self.issuer_url,
            "PUBLIC_URL": f"http://127.0.0.1:{httpx2.URL(self.issuer_url).port}",
            "SESSION_KEY": "0f" * 32,
            "SECRETS_KEY": "5e" * 32,
            "PORT": str(self.ports[service]),
            "POOL_SIZE": "8",
            "OTLP_ENDPOINT": self.collector_url,
            "OTEL_BSP_SCHEDULE_DELAY": "200",
        }
        if command == "migrate":
            settings["MIGRATION_DATABASE_URL"] = self.databases[service].owner_url
        return Program.start(
            f"{service}-{command}", f"services.{service}", command, directory=self.directory, settings=settings
        )


@contextmanager
def separate_services(
    databases: Databases, broker: Broker, collector_url: str, trees: Mapping[str, Path] = MappingProxyType({})
) -> Iterator[tuple[SeparateServices, Evidence]]:
    """Run the services over databases of their own inside the block; each process must end well afterwards."""
    made = {service: databases.unmigrated(service) for service in NAMES}
    evidence = Evidence({service: databases.postgres.superuser_dsn(name) for service, (name, _) in made.items()})
    addresses = {service: database for service, (_, database) in made.items()}
    with slot("separate") as directory:
        end_remains(directory)
        directory.mkdir()
        with issuer_at_work(directory / "issuer") as issuer_url:
            services = SeparateServices(
                directory, addresses, broker, broker.fresh_url(), issuer_url, collector_url, trees
            )
            try:
                services.start()
                yield services, evidence
                ended = services.stop_all()
                assert set(ended.values()) <= {0}, f"{ended}\n{services.printed()}"
            finally:
                services.stop_all()
                end_remains(directory)
    for name, _ in made.values():
        databases.drop(name)


@contextmanager
def issuer_at_work(directory: Path) -> Iterator[str]:
    """Serve the demo firm's issuer on a port of its own inside the block; gives its address."""
    listening = free_socket(0)
    issuer = issuer_of(directory, f"http://127.0.0.1:{listening.getsockname()[1]}")
    app = Starlette(routes=[Mount("/issuer", create_issuer_app(issuer))])
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        while not server.started:
            time.sleep(LOOK_AGAIN_SECONDS)
        yield issuer.url
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def answers(address: str) -> bool:
    """Whether somebody answers a GET of `address`."""
    try:
        return httpx2.get(address).is_success
    except httpx2.TransportError:
        return False
