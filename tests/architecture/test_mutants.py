"""Planted bugs do not rot: the text that each replaces is there once, what comes of it parses, and its tests exist."""

import ast
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, functions
from tests.mutants.catalogue import MUTANTS
from tests.mutants.mutant import Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.bug)
def test_a_planted_bug_can_be_planted_and_its_tests_exist(mutant: Mutant) -> None:
    planted = mutant.planted_in(ROOT)

    assert planted != (ROOT / mutant.path).read_text()
    ast.parse(planted)
    assert mutant.caught_by
    assert not [test for test in mutant.caught_by if not _exists(test)]


def _exists(test: str) -> bool:
    path, _, name = test.partition("::")
    file: Path = ROOT / path
    return file.is_file() and name.partition("[")[0] in {function.name for function in functions(file)}
