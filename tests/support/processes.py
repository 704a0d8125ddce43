"""Programs that tests start beside themselves: what they print is kept, and none of them outlives the tests."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.support.slots import base

ROOT = Path(__file__).parents[2]
STOP_SECONDS = 30.0
START_SECONDS = 60.0
LOOK_AGAIN_SECONDS = 0.05
FOREIGN = ("DATABASE_URL", "BROKER_", "OTLP_", "OTEL_", "ISSUER_", "JWKS_")  # nobody's settings but the test's


@dataclass(frozen=True)
class Program:
    """A Python program of ours at work in a process of its own."""

    name: str
    log: Path
    process: subprocess.Popen[bytes]

    @classmethod
    def start(cls, name: str, *arguments: str, directory: Path, settings: Mapping[str, str]) -> Program:
        """Start `python -m <arguments>` with `settings` in its environment; it prints to a file in `directory`."""
        number = len(list(directory.glob(f"{name}*.log")))
        log = directory / f"{name}-{number}.log"
        return cls(
            name, log, spawn([sys.executable, "-m", *arguments], directory, _environment(directory, settings), log)
        )

    @property
    def printed(self) -> str:
        """Everything it has printed so far."""
        return self.log.read_text(errors="replace")

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self.process.poll() is None

    def finish(self, within: float = START_SECONDS) -> None:
        """Wait until it has done its work; fails the test when it did not go well, or takes longer than `within` s."""
        assert self.process.wait(within) == 0, f"{self.name} failed:\n{self.printed}"

    def stop(self) -> int:
        """Tell it to stop (SIGTERM) and give its exit status; below zero is the signal it died of."""
        end_group(self.process, signal.SIGTERM)
        return self.process.returncode

    def kill(self) -> None:
        """End it as kill -9 does."""
        end_group(self.process, signal.SIGKILL)

    def until(self, ready: Callable[[], bool], *, what: str) -> None:
        """Wait until `ready`; fails the test when the program ends before that, or takes too long."""
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            running = self.is_running and time.monotonic() < deadline
            assert running, f"{self.name} did not get {what} (status {self.process.poll()}):\n{self.printed}"
            time.sleep(LOOK_AGAIN_SECONDS)


def free_ports(number: int) -> list[int]:
    """Find ports that nobody listens on, all different."""
    with ExitStack() as held:
        sockets = [held.enter_context(closing(socket.socket())) for _ in range(number)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def spawn(command: list[str], directory: Path, environment: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start a program in a process group of its own, its pid noted for a later run to find."""
    with log.open("wb") as output:
        started = subprocess.Popen(
            command,
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    with (directory / "pids").open("a") as pids:
        pids.write(f"{started.pid}\n")
    return started


def end_group(process: subprocess.Popen[bytes], last_word: signal.Signals) -> None:
    """End a process and all it started; what does not listen in time is killed."""
    for word in (last_word, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, word)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
            return


def end_remains(directory: Path) -> None:
    """Kill what a killed run started over `directory`: known by its pid and by its home, then forget it."""
    killed = []
    with suppress(FileNotFoundError):
        for pid in (directory / "pids").read_text().split():
            with suppress(psutil.Error, ProcessLookupError):
                remaining = psutil.Process(int(pid))
                if remaining.environ().get("HOME") == str(directory):
                    os.killpg(int(pid), signal.SIGKILL)
                    killed.append(remaining)
    psutil.wait_procs(killed, STOP_SECONDS)
    shutil.rmtree(directory, ignore_errors=True)


def _environment(directory: Path, settings: Mapping[str, str]) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    if inherited.pop("PYTHONDONTWRITEBYTECODE", ""):  # compiling everything for each program costs seconds each time
        inherited["PYTHONPYCACHEPREFIX"] = str(base() / "compiled")
    return {**inherited, "HOME": str(directory), "PYTHONPATH": str(ROOT), **settings}
