"""The text of the project, as the tests of its shape read it."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = ("services", "shared", "deploy")


@cache
def sources(*parts: str) -> tuple[Path, ...]:
    """List the Python files of `parts`, without what is not ours: revisions of migrations, the browser's libraries."""
    found = (path for part in parts for path in sorted((ROOT / part).rglob("*.py")))
    return tuple(path for path in found if path.parent.name != "versions" and "node_modules" not in path.parts)


@cache
def tree_of(path: Path) -> ast.Module:
    """Parse a file once."""
    return ast.parse(path.read_text())


def name_of(path: Path) -> str:
    """Name a file as one reads it in a report."""
    return str(path.relative_to(ROOT))


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """List every function of a file, methods and inner ones too."""
    return [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
