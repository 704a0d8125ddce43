"""PostgreSQL servers for tests: ours alone, over directories of their own, gone afterwards."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from deploy.suite.postgres import EmbeddedPostgres
from tests.support.databases import run_apart

# The data of tests is thrown away: only a crash of the machine, not of a process, could lose it.
THROWAWAY = {"fsync": "off", "full_page_writes": "off"}
SUITE = """
import asyncio, os, pathlib, signal, sys
from deploy.suite.postgres import EmbeddedPostgres
from tests.support.postgres import value
server = EmbeddedPostgres(pathlib.Path(sys.argv[1]))
server.start()
asyncio.run(value(server, sys.argv[2]))
os.write(1, str(server.pid).encode())
os.kill(os.getpid(), signal.SIGKILL)
"""


@contextmanager
def throwaway_postgres(directory: Path, programs: Path | None = None) -> Iterator[EmbeddedPostgres]:
    """Run an empty PostgreSQL over `directory`, proved to be ours before anybody writes."""
    server = EmbeddedPostgres(directory, THROWAWAY, programs)
    if server.home.directory.exists():  # a run was killed: stop what it left, unless it was just being forgotten
        if (server.home.data / "PG_VERSION").exists():
            with server:
                pass
        server.home.forget()
    try:
        with server:
            run_apart(_must_be_ours(server))
            yield server
    finally:
        server.home.forget()


def system_postgres_programs() -> Path | None:
    """Find the programs of the newest PostgreSQL the system has installed."""
    installed = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()]
    return max(installed, key=lambda path: float(path.parent.name), default=None)


async def value(server: EmbeddedPostgres, query: str) -> object:
    """Ask `server`, as superuser, for one value."""
    connection = await asyncpg.connect(server.superuser_dsn().replace("+asyncpg", "", 1))
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def killed_suite(directory: Path, statement: str) -> int:
    """Start a server in another process, run `statement`, kill -9 that process; give the living server's pid."""
    suite = subprocess.run(
        [sys.executable, "-c", SUITE, str(directory), statement], stdout=subprocess.PIPE, check=False
    )
    assert suite.returncode == -signal.SIGKILL
    return int(suite.stdout)


async def _must_be_ours(server: EmbeddedPostgres) -> None:
    answering = Path(str(await value(server, "SHOW data_directory")))
    assert answering.resolve() == server.home.data.resolve(), f"somebody else's server answers: {answering}"
