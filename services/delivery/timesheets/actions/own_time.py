"""What people do with their own time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID, uuid5

from services.delivery.permissions import Permission
from services.delivery.timesheets.model.entries import (
    Entry,
    NobodyBehindLogIn,
    NothingToCopy,
    TimesheetState,
    Unrecorded,
    WeekHandedIn,
    Worked,
    must_start_a_week,
)
from services.delivery.timesheets.model.weeks import NothingToSubmit
from services.delivery.timesheets.store import entries, recording, weeks
from shared.subjects import acting_person
from shared.work import Work

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Copied:
    """The entries that were copied, and what became of those that could not be."""

    items: list[Entry]
    skipped: list[Unrecorded]


async def record_time(work: Work, worked: Worked) -> Entry:
    """Record one entry of one's own."""
    work.actor.must(Permission.RECORD_TIME)
    return _recorded(await recording.record_one(work, worked), place="")


async def record_all_time(work: Work, worked: Sequence[Worked]) -> list[Entry]:
    """Record many entries of one's own, all or none."""
    work.actor.must(Permission.RECORD_TIME)
    outcomes = await recording.record_many(work, worked)
    return [_recorded(outcome, place=f"/entries/{index}") for index, outcome in enumerate(outcomes)]


async def copy_week(work: Work, *, week_starts_on: date) -> Copied:
    """Record in this week what was worked in the one before, skipping what cannot be; doing it again adds nothing."""
    work.actor.must(Permission.RECORD_TIME)
    must_start_a_week(week_starts_on)
    person_id = await acting_employee(work)
    before = await entries.to_copy(work, person_id, first=week_starts_on - WEEK, before=week_starts_on)
    if not before:
        raise NothingToCopy()
    copies = [replace(one, id=uuid5(one.id, "copy"), day=one.day + WEEK) for one in before]
    outcomes = await recording.record_many(work, copies)
    return Copied(
        items=[one for one in outcomes if isinstance(one, Entry)],
        skipped=[one for one in outcomes if isinstance(one, Unrecorded)],
    )


async def change_entry(
    work: Work, entry: Entry, *, minutes: int | None, billable: bool | None, note: str | None
) -> Entry:
    """Change an entry of one's own, as it was seen, in a week that was not handed in."""
    work.actor.must(Permission.RECORD_TIME)
    await _must_be_open(work, entry)
    changed = replace(
        entry,
        minutes=entry.minutes if minutes is None else minutes,
        billable=entry.billable if billable is None else billable,
        note=entry.note if note is None else note,
        version=entry.version + 1,
    )
    await entries.change(work, entry, minutes=changed.minutes, billable=changed.billable, note=changed.note)
    return changed


async def delete_entry(work: Work, entry: Entry) -> None:
    """Take out an entry of one's own, as it was seen, from a week that was not handed in."""
    work.actor.must(Permission.RECORD_TIME)
    await _must_be_open(work, entry)
    await entries.delete(work, entry)


async def submit_week(work: Work, *, week_starts_on: date, project_id: UUID | None) -> Sequence[UUID]:
    """Hand in one's week, on one project or on all; gives the ids of the timesheets."""
    work.actor.must(Permission.RECORD_TIME)
    must_start_a_week(week_starts_on)
    person_id = await acting_employee(work)
    submitted = await weeks.submit(work, person_id, week_starts_on=week_starts_on, project_id=project_id)
    if not submitted:
        raise NothingToSubmit()
    return submitted


def _recorded(outcome: Entry | Unrecorded, *, place: str) -> Entry:
    if isinstance(outcome, Unrecorded):
        raise outcome.problem.refusal(place)
    return outcome


async def _must_be_open(work: Work, entry: Entry) -> None:
    state = await entries.lock_state(work, entry.timesheet_id)
    if state in (TimesheetState.SUBMITTED, TimesheetState.APPROVED):
        raise WeekHandedIn()


async def acting_employee(work: Work) -> UUID:
    """Who of the people acts here; raises NobodyBehindLogIn."""
    person_id = await acting_person(work)
    if person_id is None:
        raise NobodyBehindLogIn()
    return person_id
