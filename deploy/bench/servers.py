"""Server processes under measurement, and the processor time they and PostgreSQL spend."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
START_SECONDS = 60.0


class DidNotStart(Exception):
    """A server to be measured ended before it answered; carries what it said."""


@dataclass(frozen=True)
class Running:
    """A server process that listens on `port`."""

    port: int
    process: psutil.Process


@contextmanager
def program(*arguments: str, port: int | None, env: Mapping[str, str]) -> Iterator[Running]:
    """Run `python -m arguments` until the block ends; with a port, wait until it answers there."""
    started = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        if port is not None:
            _wait_for(started, port)
        yield Running(port or 0, psutil.Process(started.pid))
    finally:
        started.terminate()
        started.wait(30)


def application(name: str, port: int, env: Mapping[str, str]) -> AbstractContextManager[Running]:
    """A floor of `deploy.bench.floors`, one uvicorn process."""
    return program(
        "uvicorn",
        f"deploy.bench.floors:{name}",
        "--port",
        str(port),
        "--log-level",
        "warning",
        "--no-access-log",
        port=port,
        env=env,
    )


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def spent(*processes: psutil.Process) -> float:
    """Processor seconds that `processes` and their children have spent so far."""
    total = 0.0
    for process in processes:
        for each in (process, *process.children(recursive=True)):
            try:
                times = each.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system
    return total


def _wait_for(started: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if started.poll() is not None:
            raise DidNotStart(f"it ended with status {started.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise DidNotStart(f"nothing listens on {port} after {START_SECONDS:.0f} s")
