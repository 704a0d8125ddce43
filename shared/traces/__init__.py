"""Traces where there is no collector: a service keeps its own spans for a day, and shows a trace as a tree."""

from shared.traces.keeping import kept
from shared.traces.reading import Branch, NoSuchTrace, find, mine, tree
from shared.traces.schema import DOWN, UP
from shared.traces.showing import STATEMENTS, as_rich_tree

__all__ = ["DOWN", "STATEMENTS", "UP", "Branch", "NoSuchTrace", "as_rich_tree", "find", "kept", "mine", "tree"]
