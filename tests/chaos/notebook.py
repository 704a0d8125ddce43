"""What clients and saboteurs write down, before they do it; the checker reads the same file afterwards."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from deploy.checker.history import History


class Notebook:
    """A file of one JSON object a line, and what it says so far."""

    def __init__(self, path: Path) -> None:
        self.history = History()
        self.operations = 0
        self._file = path.open("a", buffering=1)

    def note(self, **line: Any) -> None:
        """Write one line down; it is with the system before this returns."""
        self.history.add(line)
        self.operations += "begun" in line
        self._file.write(json.dumps({**line, "at": round(time.time(), 3)}) + "\n")

    def close(self) -> None:
        """Put the pen away."""
        self._file.close()
