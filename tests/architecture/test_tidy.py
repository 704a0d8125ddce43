"""Limits that keep every function on one screen and every file in one head."""

import ast
import re
from pathlib import Path

from tests.architecture.sources import CODE, ROOT, functions, name_of, sources, tree_of

FILE_LINES = 300
FUNCTION_LINES = 40
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "constants", "manager", "managers", "misc"}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")

# What may be in `shared`, part by part, and how many lines each part may grow to.
BUDGETS = {
    "words and Work": (
        1_500,
        (
            "actor",
            "announcements",
            "changes",
            "clock",
            "cursors",
            "database",
            "errors",
            "ids",
            "money",
            "period",
            "reasons",
            "transactions",
            "work",
        ),
    ),
    "contracts": (1_100, ("contracts",)),
    "messaging": (3_150, ("messaging",)),
    "web": (1_500, ("web",)),
    "ui": (1_300, ("ui",)),
    "pages": (1_275, ("pages",)),
    "auth and sealing": (450, ("auth", "sealing")),
    "jobs": (525, ("jobs",)),
    "operations": (3_500, ("operations",)),
    "audit and subjects": (300, ("audit", "subjects")),
    "telemetry and traces": (850, ("telemetry", "traces")),
    "running": (550, ("crash_points", "migrations", "process", "service", "settings")),
}

FILES = sources(*CODE, "tests")


def test_a_file_fits_in_one_head() -> None:
    assert not [name_of(path) for path in FILES if path.read_text().count("\n") > FILE_LINES]


def test_a_function_fits_on_half_a_screen() -> None:
    too_long = [
        f"{name_of(path)}: {function.name}, {lines} lines"
        for path in FILES
        for function in functions(path)
        if (lines := (function.end_lineno or 0) - function.lineno + 1) > FUNCTION_LINES
    ]
    assert not too_long


def test_a_file_says_in_its_first_line_what_it_is_for() -> None:
    assert not [name_of(path) for path in FILES if path.read_text().strip() and not _has_title(path)]


def test_nothing_is_left_for_later() -> None:
    assert not [name_of(path) for path in FILES if path != Path(__file__) and UNFINISHED.search(path.read_text())]


def test_a_files_name_says_what_is_in_it() -> None:
    assert not [name_of(path) for path in FILES if path.stem in NAMES_THAT_SAY_NOTHING]


def test_every_part_of_shared_keeps_to_its_budget() -> None:
    over = []
    for part, (budget, modules) in BUDGETS.items():
        lines = sum(path.read_text().count("\n") for module in modules for path in _files_of(module))
        if lines > budget:
            over.append(f"{part}: {lines} lines, {budget} allowed")
    assert not over


def test_everything_in_shared_belongs_to_one_part() -> None:
    budgeted = [module for _, modules in BUDGETS.values() for module in modules]
    present = {path.stem for path in (ROOT / "shared").iterdir() if path.suffix == ".py" or path.is_dir()}

    assert len(budgeted) == len(set(budgeted))
    assert present - {"__init__", "__pycache__"} == set(budgeted)


def _has_title(path: Path) -> bool:
    said = ast.get_docstring(tree_of(path))
    return said is not None and said.splitlines()[0].endswith((".", "?", ":"))


def _files_of(module: str) -> list[Path]:
    single = ROOT / "shared" / f"{module}.py"
    return [single] if single.exists() else list(sources(f"shared/{module}"))
