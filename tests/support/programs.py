"""Programs the tests need from the system: found, or installed, or named with the command that installs them."""

import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.slots import base

ATTEMPTS = 3
PATIENCE = 30  # seconds
QUIETLY = {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}  # no questions, no servers started
OUTSIDE_PATH = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin", "/opt/homebrew/sbin", "/usr/local/bin")


def program(name: str, package: str) -> Path:
    """Find `name`, or install `package` by apt as root or with sudo; fails the test with what to install."""
    found = _find(name)
    if found is None:
        with _one_at_a_time():
            found = _find(name) or _installed(name, package)
    if found is None:
        pytest.fail(
            f"{name} is missing. Install it: apt install {package} (macOS: brew install {package})", pytrace=False
        )
    return found


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    # Test processes that miss a program find that out in the same second, and apt serves one.
    with (base() / "apt.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _find(name: str) -> Path | None:
    found = shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", ""), *OUTSIDE_PATH)))
    return Path(found) if found else None


def _installed(name: str, package: str) -> Path | None:
    become_root = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    if any(shutil.which(needed) is None for needed in ("apt-get", *become_root[:1])):
        return None
    for _ in range(ATTEMPTS):
        for arguments in (["update"], ["install", "--yes", "--no-install-recommends", package]):
            command = [*become_root, "apt-get", "--option", f"DPkg::Lock::Timeout={PATIENCE}", *arguments]
            subprocess.run(command, env=QUIETLY | os.environ, capture_output=True, check=False)
        if found := _find(name):
            return found
        time.sleep(PATIENCE / ATTEMPTS)  # another program may be at the lists, for which apt does not wait
    return None
