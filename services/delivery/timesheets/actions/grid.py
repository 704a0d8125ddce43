"""What people do with their week as a grid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID, uuid5

from services.delivery.permissions import Permission
from services.delivery.timesheets.actions.own_time import acting_employee, change_entry, delete_entry
from services.delivery.timesheets.model.cells import Cell, CellChanged, fitted
from services.delivery.timesheets.model.entries import Entry, Unrecorded, Worked
from services.delivery.timesheets.store import entries, recording
from shared.errors import Refused
from shared.work import Work

Behind = dict[tuple[UUID, date], list[Entry]]


async def save_cells(work: Work, cells: Sequence[Cell]) -> None:
    """Have one's week as it was typed, all cells or none; a refusal names the cell that it is about."""
    work.actor.must(Permission.RECORD_TIME)
    changed = [cell for cell in cells if cell.is_changed]
    if not changed:
        return
    person_id = await acting_employee(work)
    behind = await _behind(work, person_id, changed)
    for cell in changed:
        if sum(entry.minutes for entry in behind.get((cell.task_id, cell.day), ())) != cell.seen:
            raise CellChanged(field=cell.field)
    # What is taken away goes first, so that hours can move between the cells of a full day.
    for cell in sorted(changed, key=lambda one: one.minutes - one.seen):
        if cell.seen:
            await _retype(work, cell, behind[cell.task_id, cell.day])
    await _record(work, person_id, [cell for cell in changed if not cell.seen])


async def _behind(work: Work, person_id: UUID, cells: Sequence[Cell]) -> Behind:
    first, last = min(cell.day for cell in cells), max(cell.day for cell in cells)
    found: Behind = {}
    for entry in await entries.of_week(work, person_id, first=first, before=last + timedelta(days=1)):
        found.setdefault((entry.task_id, entry.day), []).append(entry)
    return found


async def _retype(work: Work, cell: Cell, behind: Sequence[Entry]) -> None:
    try:
        for entry, minutes in fitted(behind, cell.minutes):
            if minutes:
                await change_entry(work, entry, minutes=minutes, billable=None, note=None)
            else:
                await delete_entry(work, entry)
    except Refused as refusal:
        raise type(refusal)(field=cell.field) from refusal


async def _record(work: Work, person_id: UUID, cells: Sequence[Cell]) -> None:
    """Record new time; the id of an entry is made of its cell, so that the same cell saved twice counts once."""
    if not cells:
        return
    worked = [
        Worked(uuid5(person_id, f"{cell.task_id}/{cell.day}"), cell.task_id, cell.day, cell.minutes) for cell in cells
    ]
    for cell, outcome in zip(cells, await recording.record_many(work, worked), strict=True):
        if isinstance(outcome, Unrecorded):
            raise type(outcome.problem.refusal(""))(field=cell.field)
