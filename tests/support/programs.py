"""Programs the tests need from the system: found, or installed, or named with the command that installs them."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

QUIETLY = {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}  # no questions, no servers started
OUTSIDE_PATH = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin", "/opt/homebrew/sbin", "/usr/local/bin")


def program(name: str, package: str) -> Path:
    """Find `name`, or install `package` by apt as root or with sudo; fails the test with what to install."""
    found = _find(name)
    if found is None and _install(package):
        found = _find(name)
    if found is None:
        pytest.fail(
            f"{name} is missing. Install it: apt install {package} (macOS: brew install {package})", pytrace=False
        )
    return found


def _find(name: str) -> Path | None:
    found = shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", ""), *OUTSIDE_PATH)))
    return Path(found) if found else None


def _install(package: str) -> bool:
    if shutil.which("apt-get") is None:
        return False
    become_root = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    if become_root and shutil.which("sudo") is None:
        return False
    for arguments in (["update"], ["install", "--yes", "--no-install-recommends", package]):
        command = [*become_root, "apt-get", *arguments]
        if subprocess.run(command, env=QUIETLY | os.environ, capture_output=True, check=False).returncode:
            return False
    return True
