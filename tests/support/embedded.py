"""The embedded suite as a program of its own, which tests may kill and start again on its data.

`python -m tests.support.embedded <data> <port>` runs it until it is told to stop.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import psutil

from deploy.suite.postgres import EmbeddedPostgres
from deploy.suite.suite import running
from tests.support.evidence import Evidence
from tests.support.processes import Program, end_remains, free_ports
from tests.support.separate_services import NAMES, answers
from tests.support.slots import slot

DATA = ".data"


@dataclass
class EmbeddedProgram:
    """The suite over one directory, at one address, however often it is killed."""

    directory: Path
    port: int = field(default_factory=lambda: free_ports(1)[0])
    program: Program | None = None
    starts: int = 0

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def postgres(self) -> EmbeddedPostgres:
        """Its server of databases, to look at."""
        return EmbeddedPostgres(self.directory / DATA / "postgres")

    @property
    def postgres_process(self) -> psutil.Process:
        """The process of that server."""
        return psutil.Process(int((self.postgres.home.data / "postmaster.pid").read_text().split("\n", 1)[0]))

    @property
    def evidence(self) -> Evidence:
        """Its databases."""
        return Evidence({service: self.postgres.superuser_dsn(service) for service in NAMES})

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.starts += 1
        self.program = self.begin("tests.support.embedded", DATA, str(self.port))
        self.program.until(lambda: answers(f"{self.url}/services"), what="to answer")

    def begin(self, *arguments: str) -> Program:
        """Start a program in the directory."""
        return Program.start("suite", *arguments, directory=self.directory, settings={})

    def stop(self) -> int:
        """Tell the suite to stop and give its exit status."""
        assert self.program is not None
        return self.program.stop()

    def kill(self) -> None:
        """End the suite as kill -9 does; its PostgreSQL lives on."""
        if self.program is not None:
            self.program.kill()

    def kill_and_start(self) -> None:
        """End it as kill -9 does, and start it again on its data."""
        self.kill()
        self.start()

    def kill_postgres(self) -> None:
        """End its PostgreSQL as kill -9 does."""
        self.postgres_process.kill()

    def printed(self) -> str:
        """Everything it printed, each time."""
        return "\n".join(f"--- {log.name}\n{log.read_text()}" for log in sorted(self.directory.glob("*.log")))

    def clear(self) -> None:
        """End whatever runs over the directory and forget the data."""
        self.kill()
        forget(self.directory, DATA)


def forget(directory: Path, data: str) -> None:
    """End whatever a suite left behind that ran in `directory` over `data` in it, and forget the data."""
    end_remains(directory)
    postgres = EmbeddedPostgres(directory / data / "postgres")
    if postgres.home.directory.exists():
        with postgres:
            pass
        postgres.home.forget()


@contextmanager
def embedded_program() -> Iterator[EmbeddedProgram]:
    """Run the suite as a program inside the block; told to stop it ends well, and its PostgreSQL with it."""
    with slot("embedded") as directory:
        suite = EmbeddedProgram(directory)
        suite.clear()
        directory.mkdir()
        try:
            suite.start()
            yield suite
            server = suite.postgres_process
            assert suite.stop() == 0, suite.printed()
            assert not server.is_running()
        finally:
            suite.clear()


class Persistent(httpx2.AsyncBaseTransport):
    """People who ask again until somebody answers, whatever was broken meanwhile."""

    def __init__(self, patience: float = 60.0) -> None:
        self._inner = httpx2.AsyncHTTPTransport()
        self._patience = patience

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Ask until there is an answer that says nothing of a broken service."""
        async with asyncio.timeout(self._patience):
            while True:
                answer = await self._ask(request)
                if answer is not None:
                    return answer
                await asyncio.sleep(0.1)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()

    async def _ask(self, request: httpx2.Request) -> httpx2.Response | None:
        try:
            answer = await self._inner.handle_async_request(request)
            await answer.aread()
        except httpx2.TransportError:
            return None
        return None if answer.is_server_error else answer


async def main(directory: Path, port: int) -> None:
    """Run the suite over `directory` at `port` until told to stop."""
    async with running(directory, port=port):
        stopping = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stopping.set)
        await stopping.wait()


if __name__ == "__main__":
    logging.basicConfig(level="WARNING")
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
