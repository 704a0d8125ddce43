"""What the checker saw when it looked before: facts that are kept for good must look the same ever after."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Sightings:
    """By name of an invariant, what was seen first of each thing; it can be kept in a file between two looks."""

    kept: dict[str, dict[str, Any]] = field(default_factory=dict)

    def of(self, name: str) -> dict[str, Any]:
        """What the invariant `name` noted, by thing; to be changed in place."""
        return self.kept.setdefault(name, {})

    def compare(self, name: str, now: dict[str, str]) -> list[str]:
        """Note every thing that is new; say which ones have changed or gone since they were seen first."""
        noted = self.of(name)
        broken = [f"{thing} has changed" for thing, digest in now.items() if noted.setdefault(thing, digest) != digest]
        return broken + [f"{thing} is gone" for thing in noted.keys() - now.keys()]

    @classmethod
    def read(cls, path: Path) -> Sightings:
        """What was kept in the file at `path`; nothing where there is none."""
        return cls(json.loads(path.read_text())) if path.exists() else cls()

    def keep(self, path: Path) -> None:
        """Write it down, whole or not at all."""
        unfinished = path.with_suffix(".unfinished")
        unfinished.write_text(json.dumps(self.kept))
        unfinished.replace(path)


def digest(row: Any) -> str:
    """A short digest of everything in a row."""
    return hashlib.sha256(repr(tuple(row)).encode()).hexdigest()[:24]
