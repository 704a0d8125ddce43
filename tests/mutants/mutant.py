"""A planted bug: what somebody might have written instead, and the tests that must turn red of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Mutant:
    """One bug: in the file at `path` each text of `edits` stands exactly once and becomes the other one."""

    bug: str
    path: str
    edits: tuple[tuple[str, str], ...]
    caught_by: tuple[str, ...]
    """Test ids, as pytest takes them."""

    def planted_in(self, tree: Path) -> str:
        """The text of the file with the bug in it. Raises Rotten."""
        planted = (tree / self.path).read_text()
        for sound, buggy in self.edits:
            if planted.count(sound) != 1:
                raise Rotten(f"{self.bug}: {self.path} has {planted.count(sound)} times:\n{sound}")
            planted = planted.replace(sound, buggy)
        return planted


class Rotten(LookupError):
    """The code has moved on: the text that a mutant replaces is not there, or there more than once."""


def one_edit(bug: str, path: str, sound: str, buggy: str, *caught_by: str) -> Mutant:
    """A mutant that takes one change."""
    return Mutant(bug, path, ((sound, buggy),), caught_by)
