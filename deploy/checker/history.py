"""What clients and saboteurs wrote down of what they did: one JSON object a line, written before anything was sent.

A client's operation appears twice: once when it is begun, with what it is to bring about, and once with its outcome.
An operation that has no outcome was cut off, so its outcome is unknown.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any


class Outcome(StrEnum):
    """What a client knows of its operation; a time-out is not a failure."""

    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Operation:
    """One thing that a client wanted: `effect` and `key` say what must then be there, if anything can be named."""

    id: str
    tenant: str
    effect: str | None
    key: str | None
    trace: str
    outcome: Outcome = Outcome.UNKNOWN


@dataclass(frozen=True)
class Again:
    """A run that was repeated although there was nothing left to do, and how much it made all the same."""

    run: str
    made: int


@dataclass
class History:
    """Everything that was written down; `witnessed` is None where nobody listened at the broker."""

    operations: dict[str, Operation] = field(default_factory=dict)
    poison: dict[str, str] = field(default_factory=dict)
    witnessed: set[str] | None = None
    again: list[Again] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> History:
        """The history in the file at `path`; a last line that was cut off is not counted."""
        return cls.of(json.loads(line) for line in path.read_text().splitlines() if line.endswith("}"))

    @classmethod
    def of(cls, lines: Iterable[dict[str, Any]]) -> History:
        """The history that `lines` tell."""
        history = cls()
        for line in lines:
            history.add(line)
        return history

    def add(self, line: dict[str, Any]) -> None:
        """Take one more line in."""
        match line:
            case {"begun": id, "tenant": tenant, "trace": trace, **more}:
                self.operations[id] = Operation(id, tenant, more.get("effect"), more.get("key"), trace)
            case {"ended": id, "outcome": outcome, **more}:
                begun = self.operations[id]
                key = more.get("key", begun.key)
                self.operations[id] = replace(begun, outcome=Outcome(outcome), key=key)
            case {"poison": event_id, "reason": reason}:
                self.poison[event_id] = reason
            case {"witnessed": event_id}:
                self.witnessed = self.witnessed if self.witnessed is not None else set()
                self.witnessed.add(event_id)
            case {"again": run, "made": made}:
                self.again.append(Again(run, made))
            case _:
                raise ValueError(f"the history does not know this kind of line: {line}")

    def counted(self) -> dict[str, int]:
        """How many operations ended how."""
        counts = dict.fromkeys(Outcome, 0)
        for operation in self.operations.values():
            counts[operation.outcome] += 1
        return {str(outcome): count for outcome, count in counts.items()}
