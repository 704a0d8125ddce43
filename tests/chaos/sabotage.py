"""How each kind of thing is made to go wrong, and what must be there for it; what is missing is said beforehand."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from random import Random
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2
import psutil

from deploy.suite.databases import ServiceDatabase
from deploy.suite.postgres import EmbeddedPostgres
from shared.clock import wall_clock
from tests.chaos.plan import APIS, SERVICES, WORKERS, Fault
from tests.chaos.proxy import Ends, Wire
from tests.support.processes import free_ports
from tests.support.programs import program_if_any
from tests.support.rabbitmq import Broker, own_url

DISK_BYTES = 600 * 2**20
FREE_BYTES = 60 * 2**20  # less than the broker insists on
ALARMS, NO_ALARMS = "rabbit_alarm:get_alarms().", "[]"
ASK_TIMES = 20  # a service whose time is asked may just have been killed
TELLS_TIME = "import time; print(time.time())"


@dataclass(frozen=True)
class Shown:
    """Whether a fault really came to pass, and what shows it."""

    happened: bool
    evidence: str


class Wires:
    """A wire of each service to the broker and one to its database, and the addresses of their near ends."""

    def __init__(self, directory: Path, broker_url: str, databases: Mapping[str, ServiceDatabase], chance: Random):
        self._broker_url = broker_url
        self._directory = directory
        self._databases = databases
        self.ports = dict(zip(SERVICES, free_ports(len(SERVICES)), strict=True))
        self.to_broker = {name: Wire(self._open_broker, chance) for name in SERVICES}
        self.to_database = {name: Wire(self._opens_database(name), chance) for name in SERVICES}

    async def open(self) -> None:
        """Begin to pass on."""
        for name in SERVICES:
            await self.to_broker[name].listen_on_port(self.ports[name])
            (self._directory / name).mkdir(mode=0o700, parents=True)
            await self.to_database[name].listen_on_socket(str(self._directory / name / ".s.PGSQL.5432"))

    async def close(self) -> None:
        """Pass nothing on any more."""
        for wire in (*self.to_broker.values(), *self.to_database.values()):
            await wire.close()

    def settings(self) -> dict[str, dict[str, str]]:
        """What has each process use its wires, by process."""
        return {
            name: {"BROKER_URL": self._by_wire(service), "DATABASE_URL": self._database_url(service)}
            for name in (*APIS, *WORKERS)
            if (service := name.partition("-")[0])
        }

    def _by_wire(self, service: str) -> str:
        address = urlsplit(own_url(self._broker_url, service))
        user = f"{address.username}:{address.password}"
        return address._replace(netloc=f"{user}@127.0.0.1:{self.ports[service]}").geturl()

    def _database_url(self, service: str) -> str:
        address = urlsplit(self._databases[service].app_url)
        query = {**dict(parse_qsl(address.query)), "host": str(self._directory / service)}
        return address._replace(query=urlencode(query, safe="/")).geturl()

    async def _open_broker(self) -> Ends:
        address = urlsplit(self._broker_url)
        return await asyncio.open_connection(address.hostname, address.port)

    def _opens_database(self, service: str) -> Callable[[], Awaitable[Ends]]:
        sockets = dict(parse_qsl(urlsplit(self._databases[service].app_url).query))["host"]
        return lambda: asyncio.open_unix_connection(f"{sockets}/.s.PGSQL.5432")


class Saboteur:
    """Has things go wrong with servers, wires, clocks and disks; each method tells whether it did."""

    def __init__(self, broker: Broker, server: EmbeddedPostgres, wires: Wires, clocks: Path, disk: Path) -> None:
        self._broker, self._server, self._wires = broker, server, wires
        self._clocks, self._disk = clocks, disk

    async def commit(self, fault: Fault, addresses: Mapping[str, str]) -> Shown:
        """Have `fault` come to pass and end again; what shows that it did, or did not."""
        match fault.kind:
            case "broker_kill":
                return await self._kill_broker(fault.seconds)
            case "broker_freeze":
                return await self._freeze_broker(2 * fault.seconds)
            case "broker_partition" | "database_partition":
                return await self._part(fault)
            case "database_stop":
                return await self._stop_database(fault.seconds)
            case "clock":
                return await self._shift_clock(fault, addresses)
            case "disk_full":
                return await self._fill_disk(fault.seconds)
        raise ValueError(f"nobody knows how to commit {fault.kind}")

    async def _kill_broker(self, seconds: float) -> Shown:
        await asyncio.to_thread(self._broker.kill)
        await asyncio.sleep(seconds / 2)
        found = self._broker.found
        await asyncio.to_thread(self._broker.start)
        return Shown(found == "gone", f"the node was {found}, and has started anew")

    async def _freeze_broker(self, seconds: float) -> Shown:
        with self._broker.frozen():
            await asyncio.sleep(seconds)
            found = self._broker.found
        return Shown(found == "stopped", f"for {seconds} s the node was {found}")

    async def _part(self, fault: Fault) -> Shown:
        service, mode = fault.target.split()
        wires = self._wires.to_broker if fault.kind == "broker_partition" else self._wires.to_database
        wire = wires[service]
        before = wire.harmed
        wire.go_wrong(mode)
        await asyncio.sleep(fault.seconds)
        wire.heal()
        felt = wire.harmed - before
        return Shown(felt > 0, f"{felt} connections felt it for {fault.seconds} s")

    async def _stop_database(self, seconds: float) -> Shown:
        postmaster = psutil.Process(self._server.pid)
        postmaster.send_signal(signal.SIGQUIT)
        await asyncio.to_thread(psutil.wait_procs, [postmaster], 20)
        await asyncio.sleep(seconds / 4)
        started = await asyncio.to_thread(self._server.ensure_running)
        return Shown(started, "the server was gone and has started anew" if started else "the server never went")

    async def _shift_clock(self, fault: Fault, addresses: Mapping[str, str]) -> Shown:
        service, shift = fault.target.split()
        for part in ("api", "worker"):
            (self._clocks / f"{service}-{part}").write_text(shift)
        await asyncio.sleep(fault.seconds)
        off = await _minutes_off(addresses[service])
        for part in ("api", "worker"):
            (self._clocks / f"{service}-{part}").write_text("+0")
        told = "told no time" if off is None else f"was {off:+.0f} minutes off"
        return Shown(off is not None and abs(off - float(shift.removesuffix("m"))) < 2, f"the service {told}")

    async def _fill_disk(self, seconds: float) -> Shown:
        filler = self._disk / "filler"
        size = shutil.disk_usage(self._disk).free - FREE_BYTES
        with filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, size)
        alarms = NO_ALARMS
        try:
            for _ in range(30):
                await asyncio.sleep(1)
                alarms = (await asyncio.to_thread(self._broker.rabbitmqctl, "eval", ALARMS)).strip()
                if alarms != NO_ALARMS:
                    break
            await asyncio.sleep(seconds)
        finally:
            filler.unlink()
        return Shown(alarms != NO_ALARMS, f"the broker's alarms: {alarms}")


async def _minutes_off(address: str) -> float | None:
    """By how much the service at `address` tells another time than we have; nothing when it never answers."""
    async with httpx2.AsyncClient() as http:
        for _ in range(ASK_TIMES):
            with suppress(httpx2.TransportError):
                said = (await http.get(f"{address}/health/live")).headers["date"]
                return (parsedate_to_datetime(said) - wall_clock()).total_seconds() / 60
            await asyncio.sleep(0.5)
    return None


def fake_clock() -> Path | None:
    """The library that gives a process another clock, where it can be had and works."""
    program_if_any("faketime", "faketime")  # brings the library
    for library in Path("/usr/lib").glob("*/faketime/libfaketime.so.1"):
        with suppress(subprocess.SubprocessError, ValueError):
            environment = {"LD_PRELOAD": str(library), "FAKETIME": "+100d", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
            command = [sys.executable, "-c", TELLS_TIME]
            told = [
                float(subprocess.run(command, env=each, capture_output=True, check=True, timeout=20).stdout)
                for each in ({}, environment)
            ]
            if told[1] - told[0] > 24 * 3600:
                return library
    return None


def clock_settings(library: Path, clocks: Path) -> dict[str, dict[str, str]]:
    """What has each process ask a clock of its own, a file in `clocks`."""
    settings = {}
    for name in (*APIS, *WORKERS):
        (clocks / name).write_text("+0")
        settings[name] = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(clocks / name),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
    return settings


@contextmanager
def small_disk(directory: Path) -> Iterator[Path | None]:
    """A disk of our own over `directory` for the time of the block; none where we have no right to mount one."""
    directory.mkdir(mode=0o700, exist_ok=True)
    subprocess.run(["umount", "-l", str(directory)], capture_output=True, check=False)
    size = f"size={DISK_BYTES},mode=0700"
    command = ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(directory)]
    mounted = shutil.which("mount") and subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield directory if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(directory)], capture_output=True, check=False)
