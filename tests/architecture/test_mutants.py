"""Planted bugs do not rot: the text that each replaces is there once, what comes of it could run, its tests exist.

A bug that is no program would turn every test red and prove nothing.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pytest

from tests.architecture.sources import ROOT, functions
from tests.mutants.catalogue import MUTANTS
from tests.mutants.mutant import Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.bug)
def test_a_planted_bug_can_be_planted_and_its_tests_exist(mutant: Mutant) -> None:
    planted = mutant.planted_in(ROOT)

    assert planted != (ROOT / mutant.path).read_text()
    assert not unknown_in(planted)
    assert mutant.caught_by
    assert not [test for test in mutant.caught_by if not _exists(test)]


@pytest.mark.parametrize(
    "phony",
    [
        "async def f():\n    await connection.execute('')\n",
        "from shared import telemetry\n\nhere = telemetry.no_such_thing()\n",
        "from shared.work import no_such_thing\n",
    ],
)
def test_a_text_that_could_not_run_is_found(phony: str) -> None:
    assert unknown_in(phony)


def unknown_in(source: str) -> list[str]:
    """Names in `source` that nobody has given a meaning: plain ones, imported ones, and those of imported modules."""
    ruff = Path(sys.executable).with_name("ruff")
    command = [str(ruff), "check", "--isolated", "--quiet", "--select", "F821,F823", "--output-format", "concise", "-"]
    judged = subprocess.run(command, input=source, capture_output=True, text=True, check=False)
    return [*judged.stdout.splitlines(), *_not_there(ast.parse(source))]


def _not_there(tree: ast.Module) -> Iterator[str]:
    """What `tree` takes from modules of ours that do not have it."""
    modules: dict[str, ModuleType] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith(("shared", "services")):
            taken = {alias.asname or alias.name: _taken(str(node.module), alias.name) for alias in node.names}
            modules |= {name: found for name, found in taken.items() if isinstance(found, ModuleType)}
            yield from (f"{node.module} has no {name}" for name, found in taken.items() if found is None)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            yield from () if hasattr(modules[node.value.id], node.attr) else (f"{node.value.id} has no {node.attr}",)


def _taken(module: str, name: str) -> object | None:
    """What `from module import name` gives, if anything."""
    found: object | None = getattr(import_module(module), name, None)
    if found is None and hasattr(import_module(module), "__path__") and find_spec(f"{module}.{name}"):
        return import_module(f"{module}.{name}")
    return found


def _exists(test: str) -> bool:
    path, _, name = test.partition("::")
    file: Path = ROOT / path
    return file.is_file() and name.partition("[")[0] in {function.name for function in functions(file)}
