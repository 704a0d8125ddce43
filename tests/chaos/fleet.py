"""The processes of the services: started, watched, killed, and started again whenever they die."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import aio_pika
import httpx2

from deploy.suite.databases import ServiceDatabase
from shared.messaging.amqp import LINK_ERRORS
from shared.messaging.provisioning import queue_of
from tests.chaos.plan import APIS, WORKERS
from tests.support.api import ISSUER
from tests.support.processes import Program, free_ports
from tests.support.rabbitmq import own_url

LOOK_AGAIN_SECONDS = 0.05
READY_SECONDS = 90.0


class Realised:
    """What really went wrong, one JSON object a line, and how long it took to recover from it."""

    def __init__(self, path: Path) -> None:
        self.lines: list[dict[str, Any]] = []
        self._file = path.open("a", buffering=1)

    def note(self, **line: Any) -> dict[str, Any]:
        """Write down what has just happened."""
        line["at"] = round(time.time(), 3)
        self.lines.append(line)
        self._file.write(json.dumps(line) + "\n")
        return line

    @property
    def kinds(self) -> set[str]:
        """The kinds of what is written down."""
        return {line["kind"] for line in self.lines}

    def of(self, kind: str) -> list[dict[str, Any]]:
        """What happened of one kind; a fault of which nothing was felt did not."""
        return [line for line in self.lines if line["kind"] == kind and line.get("happened", True)]

    def close(self) -> None:
        """Put the pen away."""
        self._file.close()


@dataclass
class Fleet:
    """An API and a worker of each service; what dies is started again and its death written down."""

    directory: Path
    databases: Mapping[str, ServiceDatabase]
    broker_url: str
    jwks_url: str
    arms: dict[str, list[str]]
    chance: Random
    realised: Realised
    settings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """More settings, by process."""
    on_worker: Callable[[], None] = lambda: None
    """Called when a worker listens, which has bound its queue anew by then."""
    running: dict[str, Program] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=lambda: dict(zip(APIS, free_ports(len(APIS)), strict=True)))
    unplanned: list[str] = field(default_factory=list)
    _armed: dict[str, str] = field(default_factory=dict)
    _doomed: set[str] = field(default_factory=set)
    _returning: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    @property
    def addresses(self) -> dict[str, str]:
        """Where each service answers."""
        return {name.removesuffix("-api"): f"http://127.0.0.1:{port}" for name, port in self.ports.items()}

    async def start(self, names: Sequence[str] = (*APIS, *WORKERS)) -> None:
        """Start everything that is named and wait until it is ready."""
        for name in names:
            self._run(name)
        await asyncio.gather(*(self._until_ready(name) for name in self.running))
        for name, program in self.running.items():
            assert program.is_running or self._armed[name], f"{name} did not start:\n{program.printed}"

    async def until_all_ready(self) -> None:
        """Wait until every process that runs is ready; one that is being brought back is somebody else's care."""
        await asyncio.gather(*(self._until_ready(name) for name in self.running if name not in self._returning))

    async def watch(self) -> None:
        """Start again whatever dies, until cancelled."""
        try:
            while True:
                for name, program in list(self.running.items()):
                    if name not in self._returning and not program.is_running:
                        self._died(name, program)
                await asyncio.sleep(LOOK_AGAIN_SECONDS)
        finally:
            for task in self._returning.values():
                task.cancel()
            await asyncio.gather(*self._returning.values(), return_exceptions=True)

    def kill(self, name: str) -> None:
        """End one process as kill -9 does."""
        self._doomed.add(name)
        with suppress(ProcessLookupError):
            self.running[name].process.send_signal(signal.SIGKILL)

    def stop(self) -> dict[str, int]:
        """Tell every process to stop, all at once, and give the exit statuses."""
        with ThreadPoolExecutor(max(1, len(self.running))) as threads:
            return dict(zip(self.running, threads.map(Program.stop, self.running.values()), strict=True))

    @property
    def away(self) -> list[str]:
        """The processes that are down, or on their way back."""
        return sorted({*self._returning, *(name for name, each in self.running.items() if not each.is_running)})

    @property
    def armed(self) -> dict[str, str]:
        """The crash points that nobody has come to yet, by process, those of later starts too."""
        waiting = {name: ",".join(points) for name, points in self.arms.items() if points}
        return waiting | {name: point for name, point in self._armed.items() if point}

    def _run(self, name: str) -> None:
        service, _, part = name.partition("-")
        points = self.arms.get(name, [])
        self._armed[name] = points.pop(0) if points else ""
        settings = {
            "DATABASE_URL": self.databases[service].app_url,
            "BROKER_URL": own_url(self.broker_url, service),
            "ISSUER_URL": ISSUER,
            "JWKS_URL": self.jwks_url,
            "PORT": str(self.ports.get(name, 0)),
            "POOL_SIZE": "8",
            "PUBLIC_URL": f"http://127.0.0.1:{self.ports.get(name, 0)}",
            "SESSION_KEY": "0f" * 32,
            "SECRETS_KEY": "5e" * 32,
            "LOG_LEVEL": "WARNING",
            "CRASH_POINTS": self._armed[name],
            **self.settings.get(name, {}),
        }
        self.running[name] = Program.start(
            name, f"services.{service}", part, directory=self.directory, settings=settings
        )

    def _died(self, name: str, program: Program) -> None:
        status, point = program.process.returncode, self._armed[name]
        if name in self._doomed:
            self._doomed.discard(name)
            died = self.realised.note(kind="kill", target=name, status=status)
        elif status == -signal.SIGKILL and point:
            died = self.realised.note(kind="crash_point", target=name, point=point.partition("@")[0], status=status)
        else:
            self.unplanned.append(f"{name} ended with status {status}:\n{program.printed[-3000:]}")
            died = self.realised.note(kind="unplanned", target=name, status=status)
        self._armed[name] = ""
        self._returning[name] = asyncio.create_task(self._bring_back(name, died))

    async def _bring_back(self, name: str, died: dict[str, Any]) -> None:
        since = time.monotonic()
        try:
            await asyncio.sleep(self.chance.uniform(0.1, 0.5))
            self._run(name)
            await self._until_ready(name)
            died["recovered_seconds"] = round(time.monotonic() - since, 2)
        finally:
            del self._returning[name]

    async def _until_ready(self, name: str) -> None:
        ready: Callable[[str], Any] = self._answers if name in APIS else self._listens
        deadline = time.monotonic() + READY_SECONDS
        while self.running[name].is_running and time.monotonic() < deadline:
            if await asyncio.create_task(ready(name)):  # in a task of its own, which a dying connection may cancel
                break
            await asyncio.sleep(0.3)
        if name in WORKERS:
            self.on_worker()

    async def _answers(self, name: str) -> bool:
        try:
            async with httpx2.AsyncClient() as http:
                return (await http.get(f"http://127.0.0.1:{self.ports[name]}/health/live")).is_success
        except httpx2.TransportError:
            return False

    async def _listens(self, name: str) -> bool:
        with suppress(*LINK_ERRORS, aio_pika.exceptions.AMQPError, asyncio.CancelledError):
            async with await aio_pika.connect(self.broker_url, timeout=3) as connection:
                channel = await connection.channel()
                queue = await channel.declare_queue(queue_of(name.removesuffix("-worker")), passive=True, timeout=3)
                return bool(queue.declaration_result.consumer_count)
        return False
