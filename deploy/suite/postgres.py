"""A real PostgreSQL inside the suite: starts with it, stops with it, comes back when it was killed."""

import fcntl
import hmac
import os
import secrets
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import quote

import psutil

from deploy.suite.postgres_home import PostgresHome

SUPERUSER = "postgres"
SETTINGS = {
    "listen_addresses": "",  # reached by its socket only
    "port": "5432",  # only part of the socket's name
    "max_connections": "200",
    "timezone": "UTC",
}
START_SECONDS = 120.0  # recovery after a crash replays the log first
STOP_SECONDS = 30.0
ANSWER_SECONDS = 10.0
LOOK_AGAIN_SECONDS = 0.02


class DataInUse(Exception):
    """Another process runs the suite on the same data. Stop it first."""


class PostgresDidNotStart(Exception):
    """The embedded PostgreSQL did not start; the message carries the end of its log."""


class EmbeddedPostgres:
    """One PostgreSQL server over one directory, for one process at a time.

    A server left running by a killed suite is found and used again; a killed server is cleaned up after and
    started anew by `ensure_running`, which whoever meets a refused connection may call.
    """

    def __init__(
        self, directory: Path, settings: Mapping[str, str] | None = None, programs: Path | None = None
    ) -> None:
        """Prepare a server whose data is wanted at `directory`.

        `settings` win over our own; `programs` is the directory of another PostgreSQL's programs.
        """
        self.home = PostgresHome.at(directory)
        self._programs = programs
        self._settings = {**SETTINGS, **(settings or {})}
        self._process: psutil.Process | None = None
        self._lock_file: IO[bytes] | None = None
        self._one_at_a_time = threading.Lock()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Have a server ready for connections.

        Raises DataInUse when another process runs on this data, PostgresDidNotStart with the log's end.
        """
        self.home.make()
        self._lock()
        try:
            if not (self.home.data / "PG_VERSION").exists():
                self._initialise()
            self.ensure_running()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server, whoever started it, and let go of the data."""
        with self._one_at_a_time:
            if self._process is not None and _is_alive(self._process):
                self._end(self._process)
            self._process = None
            if self._lock_file is not None:
                self._lock_file.close()
                self._lock_file = None

    def ensure_running(self) -> bool:
        """Start the server if it is gone; tell whether it was. Cheap when it runs; safe from any thread."""
        with self._one_at_a_time:
            if self._process is not None and self._serves(self._process):
                return False
            self._process = self._found_running()
            if self._process is None:
                self._clear_remains()
                self._process = self._launch()
            self._wait_until_ready(self._process)
            return True

    def dsn(self, database: str, user: str, password: str) -> str:
        """Give the SQLAlchemy address of `database` for `user`, over the server's socket."""
        host = quote(str(self.home.sockets), safe="/")
        return f"postgresql+asyncpg://{quote(user)}:{quote(password)}@/{quote(database)}?host={host}"

    def superuser_dsn(self, database: str = "postgres") -> str:
        """Give the superuser's address of `database`: for provisioning only."""
        return self.dsn(database, SUPERUSER, self.password_of(SUPERUSER))

    def password_of(self, role: str) -> str:
        """Derive the password of a role from this server's own secret."""
        return hmac.digest(self._secret(), role.encode(), "sha256").hex()

    @property
    def pid(self) -> int:
        """The process id of the running server."""
        if self._process is None:
            raise ProcessLookupError("The embedded PostgreSQL is not running. Call start() first.")
        return self._process.pid

    def _lock(self) -> None:
        if self._lock_file is not None:
            return
        lock_file = (self.home.directory / "lock").open("ab")
        try:
            fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock_file.close()
            raise DataInUse(f"Another process runs on {self.home.directory}. Stop it first.") from None
        self._lock_file = lock_file

    def _secret(self) -> bytes:
        path = self.home.directory / "secret"
        with suppress(FileExistsError), os.fdopen(_create_privately(path), "w") as file:
            file.write(secrets.token_hex(32))
        return path.read_bytes()

    def _initialise(self) -> None:
        """Make the data directory whole or not at all: beside its place first, then renamed into it."""
        unfinished = self.home.directory / "data.unfinished"
        password_file = self.home.sockets / "password"
        shutil.rmtree(unfinished, ignore_errors=True)
        self.home.make_own_directory(unfinished)
        with os.fdopen(_create_privately(password_file, again=True), "w") as file:
            file.write(self.password_of(SUPERUSER))
        self.home.give(password_file)
        command = [
            *(self._program("initdb"), f"--pgdata={unfinished}", f"--username={SUPERUSER}"),
            *("--encoding=UTF8", *self._locale(), "--no-instructions"),
            *("--auth=scram-sha-256", f"--pwfile={password_file}"),
        ]
        try:
            made = subprocess.run(
                command,
                cwd=self.home.directory,
                env=_environment(),
                capture_output=True,
                text=True,
                check=False,
                **self.home.privileges(),
            )
        finally:
            password_file.unlink()
        if made.returncode != 0:
            raise PostgresDidNotStart(f"initdb failed in {self.home.directory}:\n{made.stderr.strip()}")
        unfinished.rename(self.home.data)

    def _locale(self) -> list[str]:
        """Choose Unicode letters in code point order, the same on every system, where PostgreSQL has that."""
        said = subprocess.run([self._program("initdb"), "--help"], capture_output=True, text=True, check=True)
        if "--builtin-locale" in said.stdout:
            return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        return ["--locale=C.UTF-8"]

    def _program(self, name: str) -> str:
        return str((self._programs or self.home.programs()) / name)

    def _launch(self) -> psutil.Process:
        """Start the server as our child, in a session of its own: Ctrl-C is for the suite alone."""
        settings = {**self._settings, "unix_socket_directories": str(self.home.sockets)}
        command = [self._program("postgres"), "-D", str(self.home.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self.home.log.open("ab") as log:
            return psutil.Popen(
                command,
                cwd=self.home.directory,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self.home.privileges(),
            )

    def _serves(self, process: psutil.Process) -> bool:
        """Tell whether `process` lives and answers on its socket; one that is dying is waited for."""
        deadline = time.monotonic() + ANSWER_SECONDS
        while _is_alive(process):
            with suppress(OSError), socket.socket(socket.AF_UNIX) as knock:
                knock.connect(str(self.home.sockets / f".s.PGSQL.{SETTINGS['port']}"))
                return True
            if time.monotonic() > deadline:
                self._end(process)
            time.sleep(LOOK_AGAIN_SECONDS)
        return False

    def _found_running(self) -> psutil.Process | None:
        """Find the living server over our data, left by a suite that was killed."""
        try:
            pid = int((self.home.data / "postmaster.pid").read_text().split("\n", 1)[0])
            process = psutil.Process(pid)
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
            return None
        return process if process in self._living_processes() and self._serves(process) else None

    def _living_processes(self) -> list[psutil.Process]:
        """List the server's processes, its children too: each works inside the data directory."""
        living = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.name().startswith("postgres") and _is_alive(process):
                    if Path(process.cwd()) == self.home.data.resolve():
                        living.append(process)
        return living

    def _clear_remains(self) -> None:
        """Clear what a killed server left: its children, its pid file, its socket.

        PostgreSQL takes a pid file whose number still exists, a dead unreaped process included, for a running
        server and refuses to start; and two servers over one directory would destroy it. So its children are
        gone before its pid file goes.
        """
        _, stubborn = psutil.wait_procs(self._living_processes(), timeout=5)
        for process in stubborn:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(stubborn, timeout=5)
        (self.home.data / "postmaster.pid").unlink(missing_ok=True)
        for remains in self.home.sockets.glob(".s.PGSQL.*"):
            remains.unlink(missing_ok=True)

    def _wait_until_ready(self, process: psutil.Process) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and _is_alive(process):
            with suppress(FileNotFoundError):
                lines = (self.home.data / "postmaster.pid").read_text().split("\n")
                if lines[0] == str(process.pid) and lines[-2].strip() == "ready":
                    return
            time.sleep(LOOK_AGAIN_SECONDS)
        end_of_log = "\n".join(self.home.log.read_text(errors="replace").splitlines()[-20:])
        raise PostgresDidNotStart(f"PostgreSQL did not start over {self.home.data}:\n{end_of_log}")

    def _end(self, process: psutil.Process) -> None:
        """Stop at once but in order (SIGINT); without a checkpoint (SIGQUIT) when that takes too long."""
        for last_word in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            with suppress(psutil.NoSuchProcess):
                process.send_signal(last_word)
            with suppress(psutil.TimeoutExpired):
                process.wait(STOP_SECONDS)
                return


def _is_alive(process: psutil.Process) -> bool:
    """Tell whether `process` runs; a child that died is reaped on the way."""
    try:
        if process.status() != psutil.STATUS_ZOMBIE:
            return process.is_running()
        process.wait(0)
    except psutil.TimeoutExpired:
        pass
    except psutil.NoSuchProcess:
        if isinstance(process, psutil.Popen):
            process.poll()  # somebody else reaped it; a child that does not hear so warns that it is left running
    return False


def _create_privately(path: Path, *, again: bool = False) -> int:
    """Open a new file only we can read; raises FileExistsError unless `again`."""
    if again:
        path.unlink(missing_ok=True)
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)


def _environment() -> dict[str, str]:
    """Give our environment without what would steer PostgreSQL's programs."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
