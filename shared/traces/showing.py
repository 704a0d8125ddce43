"""A trace for people: a tree of service, span and duration."""

from __future__ import annotations

from collections.abc import Iterable

from rich.markup import escape
from rich.tree import Tree

from shared.traces.reading import Branch

# Single statements are of no interest to most who look.
STATEMENTS = frozenset({"select", "insert", "update", "delete", "set", "connect", "with", "savepoint", "release"})


def as_rich_tree(title: str, branches: Iterable[Branch]) -> Tree:
    """Trees under `title`, to be printed."""
    root = Tree(title)
    _grow(root, branches)
    return root


def _grow(tree: Tree, branches: Iterable[Branch]) -> None:
    for branch in branches:
        _grow(tree.add(_line(branch)), branch.under)


def _line(branch: Branch) -> str:
    span = branch.span
    about = span.attributes.get("messaging.consumer.group.name") or span.attributes.get("cloudevents.event_type") or ""
    failed = f" [red]{escape(span.error)}[/]" if span.error else ""
    return (
        f"[bold]{escape(span.service):<10}[/] {escape(span.name)} [dim]{escape(str(about))}[/]"
        f"  {span.microseconds / 1000:.1f} ms{failed}"
    )
