"""Planting bugs, one at a time, in a copy of the tree, and running the tests that should catch them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.sources import ROOT
from tests.mutants.mutant import Mutant

PARTS = ("services", "shared", "deploy", "tests", "contracts", "pyproject.toml", "Makefile")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "node_modules")
LIMIT = 300.0  # seconds for the tests of one bug
PATIENCE = "30"  # seconds; how long a test waits for what a bug keeps from happening
FAILED = 1  # what pytest says when tests ran and some failed


@dataclass(frozen=True)
class Finding:
    """What came of the tests: `red` if one of them failed; `said` is the end of what they said."""

    red: bool
    said: str
    seconds: float


@contextmanager
def copied_tree() -> Iterator[Path]:
    """A copy of what stands here, to plant bugs in."""
    with tempfile.TemporaryDirectory(prefix="throughline-mutants-") as directory:
        tree = Path(directory)
        for part in PARTS:
            if (ROOT / part).is_dir():
                shutil.copytree(ROOT / part, tree / part, ignore=LEFT_OUT)
            else:
                shutil.copy(ROOT / part, tree / part)
        yield tree


def hunted(mutant: Mutant, tree: Path) -> Finding:
    """Plant `mutant` in `tree`, run its tests, and take it out again. Raises Rotten."""
    file = tree / mutant.path
    sound = file.read_text()
    file.write_text(mutant.planted_in(tree))
    try:
        return tested(mutant.caught_by, tree)
    finally:
        file.write_text(sound)


def tested(tests: Iterable[str], tree: Path, limit: float = LIMIT) -> Finding:
    """Run `tests` in `tree`. Red is a failed test only: neither an error before it nor a time that ran out."""
    command = [sys.executable, "-B", "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:randomly", *tests]
    environment = os.environ | {"PYTHONPATH": str(tree), "PATIENCE": PATIENCE}
    began = time.monotonic()
    try:
        done = subprocess.run(
            command, cwd=tree, env=environment, capture_output=True, text=True, timeout=limit, check=False
        )
    except subprocess.TimeoutExpired:
        return Finding(red=False, said=f"no answer in {limit:.0f} s", seconds=limit)
    red = done.returncode == FAILED and re.search(r"^\d+ failed", done.stdout, re.MULTILINE) is not None
    said = "\n".join((done.stdout + done.stderr).splitlines()[-25:])
    return Finding(red, said, time.monotonic() - began)


def is_green(finding: Finding) -> bool:
    """Whether the tests ran and all of them passed."""
    return not finding.red and re.search(r"^\d+ passed", finding.said, re.MULTILINE) is not None
