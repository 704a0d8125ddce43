"""An action that nobody can set off is not part of the product."""

import ast
from pathlib import Path

from tests.architecture.sources import ROOT, name_of, sources, tree_of

ROOMS_THAT_ACT = {"api", "pages", "reactions", "jobs", "actions"}


def test_every_action_is_reached_by_a_route_a_reaction_a_job_or_another_action() -> None:
    uses = {path: _names_used(path) for path in (*_rooms(ROOMS_THAT_ACT), *sources("deploy"))}
    orphans = [
        f"{name_of(path)}: {action}"
        for path in _rooms({"actions"})
        for action in _actions(path)
        if not any(action in used for user, used in uses.items() if user != path)
    ]
    assert not orphans


def _rooms(names: set[str]) -> list[Path]:
    """List the files of rooms: services/<service>/<feature>/<room>.py, or any file of a room that is a package."""
    found = []
    for path in sources("services"):
        inside = path.relative_to(ROOT / "services").with_suffix("").parts
        if len(inside) > 2 and inside[2] in names:
            found.append(path)
    return found


def _actions(path: Path) -> list[str]:
    return [
        node.name
        for node in tree_of(path).body
        if isinstance(node, ast.AsyncFunctionDef) and not node.name.startswith("_")
    ]


def _names_used(path: Path) -> set[str]:
    """Collect every name a file reads; the names it merely imports or defines are not among them."""
    used = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Attribute):
            used.add(node.attr)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            used.add(node.id)
    return used
