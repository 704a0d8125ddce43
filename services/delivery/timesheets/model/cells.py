"""A week as a grid: what stands in one cell, and how the entries behind it follow when somebody types over it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.delivery.timesheets.model.entries import Entry, TimesheetState
from shared.errors import Conflict


class CellChanged(Conflict):
    """The time in this cell was changed elsewhere since the page was opened.

    Open the week again and repeat your change.
    """


@dataclass(frozen=True)
class WeekTask:
    """A task in a person's week, and where that week stands on its project: no state, no time yet."""

    id: UUID
    wbs: str
    name: str
    staffing_role: str
    project_id: UUID
    project_ordinal: int
    project_name: str
    project_state: str
    state: TimesheetState | None
    rejection_reason: str | None


@dataclass(frozen=True)
class Cell:
    """One task on one day: the minutes that were shown, and those that were typed over them, 0 for none."""

    task_id: UUID
    day: date
    seen: int
    minutes: int

    @property
    def is_changed(self) -> bool:
        """Whether something else was typed than was shown."""
        return self.seen != self.minutes

    @property
    def field(self) -> str:
        """Where the cell is in what was sent."""
        return f"/cells/{self.task_id}/{self.day}"


def fitted(entries: Sequence[Entry], minutes: int) -> list[tuple[Entry, int]]:
    """The entries of a cell that change so that all come to `minutes`, each with its new minutes, 0 to take it out.

    The first one takes what is added; what is taken away comes off the last ones.
    """
    change = minutes - sum(entry.minutes for entry in entries)
    if change > 0:
        return [(entries[0], entries[0].minutes + change)]
    changed: list[tuple[Entry, int]] = []
    for entry in reversed(entries):
        if change == 0:
            break
        taken = min(entry.minutes, -change)
        changed.append((entry, entry.minutes - taken))
        change += taken
    return changed
