"""Programs the tests need from the system: found, or installed, or named with the command that installs them."""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from tenacity import retry, retry_if_result, stop_after_attempt, wait_fixed

from tests.support.slots import base

PATIENCE = 30  # seconds; how long apt waits for another apt
QUIETLY = {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}  # no questions, no servers started
OUTSIDE_PATH = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin", "/opt/homebrew/sbin", "/usr/local/bin")


def program(name: str, package: str) -> Path:
    """Find `name`, or install `package` by apt as root or with sudo; fails the test with what to install."""
    found = program_if_any(name, package)
    if found is None:
        pytest.fail(
            f"{name} is missing. Install it: apt install {package} (macOS: brew install {package})", pytrace=False
        )
    return found


def program_if_any(name: str, package: str) -> Path | None:
    """Find `name`, or install `package` by apt as root or with sudo; none where that cannot be done."""
    found = _find(name)
    if found is None:
        with _one_at_a_time():
            found = _find(name) or _installed(name, package)
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
    apt = [*become_root, "apt-get", "--option", f"DPkg::Lock::Timeout={PATIENCE}"]
    return _asked_of(apt, name, package)


# Another program may be at apt's lists, for which apt does not wait.
@retry(
    stop=stop_after_attempt(3),
    wait=wait_fixed(10),
    retry=retry_if_result(lambda found: found is None),
    retry_error_callback=lambda last: None,
)
def _asked_of(apt: Sequence[str], name: str, package: str) -> Path | None:
    for arguments in (["update"], ["install", "--yes", "--no-install-recommends", package]):
        subprocess.run([*apt, *arguments], env=QUIETLY | os.environ, capture_output=True, check=False)
    return _find(name)
