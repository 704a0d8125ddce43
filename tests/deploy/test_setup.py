"""`make setup` names exactly what a machine lacks, and the locks name no registry."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

OLD_PYTHON = "#!/bin/sh\nexit 1\n"
PYTHON_WITHOUT_VENV = '#!/bin/sh\ncase "$2" in *ensurepip*) exit 1;; esac\n'


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A machine with nothing but a shell and git."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("sh", "git"):
        found = shutil.which(name)
        assert found
        (programs / name).symlink_to(found)
    return tmp_path


def test_a_machine_without_git_is_told_so(machine: Path) -> None:
    (machine / "bin/git").unlink()
    assert "apt install git" in _refusal(machine)


def test_a_machine_without_python_is_told_so(machine: Path) -> None:
    assert "apt install python3 python3-venv" in _refusal(machine)


def test_a_machine_with_an_old_python_is_told_so(machine: Path) -> None:
    _program(machine / "bin/python3", OLD_PYTHON)
    assert "Python 3.11 or newer is missing" in _refusal(machine)


def test_a_machine_without_the_venv_module_is_told_so(machine: Path) -> None:
    _program(machine / "bin/python3", PYTHON_WITHOUT_VENV)
    assert "apt install python3-venv" in _refusal(machine)


def test_the_lock_of_the_browsers_libraries_names_hashes_and_no_registry() -> None:
    lock = json.loads((ROOT / "shared" / "ui" / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}

    assert len(packages) > 10
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
    assert not [name for name, package in packages.items() if "resolved" in package]


@pytest.mark.parametrize(
    ("lock", "least"), [("requirements.lock", 30), ("requirements-dev.lock", 30), ("requirements-tryton.lock", 20)]
)
def test_a_lock_names_hashes_and_no_registry(lock: str, least: int) -> None:
    text = (ROOT / lock).read_text()
    pinned = re.findall(r"^[a-z0-9].*==", text, re.MULTILINE)

    assert "://" not in text
    assert "index-url" not in text
    assert len(pinned) > least
    assert len(re.findall(r"^[a-z0-9][^\n]*\\\n    --hash=sha256:", text, re.MULTILINE)) == len(pinned)


def _refusal(machine: Path) -> str:
    done = subprocess.run(
        ["sh", ROOT / "deploy" / "setup.sh", "development"],
        cwd=machine,
        env={"PATH": str(machine / "bin")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    return done.stderr


def _program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)
