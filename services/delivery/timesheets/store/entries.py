"""Open and approved entries one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select, text

from services.delivery.timesheets.model.entries import DayTooLong, Entry, TimesheetState, Worked
from services.delivery.timesheets.model.weeks import ApprovedEntry
from services.delivery.timesheets.store.tables import approved_entries, corrections
from shared.errors import NotFound, Stale
from shared.work import Work


class NoSuchEntry(NotFound):
    """There is no such time entry of yours."""


ENTRIES = """
    select e.id, e.timesheet_id, e.person_id, e.project_id, e.task_id, t.staffing_role, e.day, e.minutes, e.billable,
           e.note, e.version, s.state, cast(null as uuid) as corrects_entry_id
      from time_entries e join tasks t on t.id = e.task_id join timesheets s on s.id = e.timesheet_id
     where {where}
    union all
    select e.id, e.timesheet_id, e.person_id, e.project_id, e.task_id, e.staffing_role, e.day, e.minutes, e.billable,
           e.note, e.version, 'approved', e.corrects_entry_id
      from approved_entries e
     where {where}
     order by day, id
"""
OF_TIMESHEET = text(ENTRIES.format(where="e.timesheet_id = :timesheet_id"))
OF_WEEK = text(ENTRIES.format(where="e.person_id = :person_id and e.day >= :first and e.day < :before"))
ONE = text(ENTRIES.format(where="e.id = :id and e.person_id = :person_id"))
TO_COPY = text(
    """
    select e.id, e.task_id, e.day, e.minutes, e.billable, e.note from time_entries e
     where e.person_id = :person_id and e.day >= :first and e.day < :before
    union all
    select e.id, e.task_id, e.day, e.minutes, e.billable, e.note from approved_entries e
     where e.person_id = :person_id and e.day >= :first and e.day < :before and e.minutes > 0
       and not exists (select from approved_entries r where r.corrects_entry_id = e.id)
     order by day, id
    """
)
CHANGE = text(
    """
    update time_entries set minutes = :minutes, billable = :billable, note = :note, version = version + 1
     where id = :id and version = :version returning true
    """
)
DELETE = text("delete from time_entries where id = :id and version = :version returning true")
SHIFT = text(
    """
    update person_days set minutes = minutes + :delta
     where person_id = :person_id and day = :day and minutes + :delta <= 1440 returning true
    """
)
LOCK_SHEET = text("select state from timesheets where id = :timesheet_id for share")


async def of_timesheet(work: Work, timesheet_id: UUID) -> list[Entry]:
    """Every entry of a week on a project, open and approved."""
    return _entries(await work.session.execute(OF_TIMESHEET, {"timesheet_id": timesheet_id}))


async def corrections_of(work: Work, timesheet_id: UUID) -> list[Row[Any]]:
    """Why approved entries of a week were put right, by whom and when, the newest first."""
    of_week = select(approved_entries.c.correction_id).where(approved_entries.c.timesheet_id == timesheet_id)
    rows = select(corrections).where(corrections.c.id.in_(of_week)).order_by(corrections.c.corrected_at.desc())
    return list((await work.session.execute(rows)).all())


async def of_week(work: Work, person_id: UUID, *, first: date, before: date) -> list[Entry]:
    """Every entry of a person on the days `[first, before)`."""
    values = {"person_id": person_id, "first": first, "before": before}
    return _entries(await work.session.execute(OF_WEEK, values))


async def to_copy(work: Work, person_id: UUID, *, first: date, before: date) -> list[Worked]:
    """What a person worked on the days `[first, before)`, corrections applied."""
    values = {"person_id": person_id, "first": first, "before": before}
    return [Worked(**row._mapping) for row in await work.session.execute(TO_COPY, values)]


async def own(work: Work, entry_id: UUID, *, person_id: UUID) -> Entry:
    """One entry of this person."""
    found = _entries(await work.session.execute(ONE, {"id": entry_id, "person_id": person_id}))
    if not found:
        raise NoSuchEntry()
    return found[0]


async def lock_state(work: Work, timesheet_id: UUID) -> TimesheetState:
    """The state of a week, which stays until this work ends."""
    found = await work.session.execute(LOCK_SHEET, {"timesheet_id": timesheet_id})
    return TimesheetState(found.scalar_one())


async def change(work: Work, entry: Entry, *, minutes: int, billable: bool, note: str) -> None:
    """Write an open entry anew, unless somebody did so since it was read."""
    await shift_day(work, entry.person_id, day=entry.day, minutes=minutes - entry.minutes)
    values = {"minutes": minutes, "billable": billable, "note": note}
    written = await work.session.execute(CHANGE, {"id": entry.id, "version": entry.version, **values})
    if written.first() is None:
        raise Stale()


async def delete(work: Work, entry: Entry) -> None:
    """Take an open entry out, unless somebody changed it since it was read."""
    await shift_day(work, entry.person_id, day=entry.day, minutes=-entry.minutes)
    if (await work.session.execute(DELETE, {"id": entry.id, "version": entry.version})).first() is None:
        raise Stale()


async def shift_day(work: Work, person_id: UUID, *, day: date, minutes: int) -> None:
    """Add to, or take from, what a person worked on a day; refuses more than a day has."""
    shifted = await work.session.execute(SHIFT, {"person_id": person_id, "day": day, "delta": minutes})
    if shifted.first() is None:
        raise DayTooLong(field="/minutes")


async def approved(work: Work, entry_id: UUID) -> ApprovedEntry | None:
    """An approved entry, if that is what it is."""
    found = (await work.session.execute(select(approved_entries).where(approved_entries.c.id == entry_id))).first()
    return _approved(found) if found else None


async def is_corrected(work: Work, entry_id: UUID) -> bool:
    """Whether the entry was taken back already."""
    reversal = select(approved_entries.c.id).where(approved_entries.c.corrects_entry_id == entry_id)
    return await work.session.scalar(reversal) is not None


async def keep_correction(work: Work, correction_id: UUID, *, reason: str, entries: Sequence[ApprovedEntry]) -> None:
    """Keep for good what puts an approved entry right, and why."""
    about = {"id": correction_id, "reason": reason, "corrected_by": work.actor.subject, "corrected_at": work.now}
    await work.session.execute(insert(corrections).values(about))
    await work.session.execute(insert(approved_entries), [vars(entry) for entry in entries])


def _entries(rows: Iterable[Row[Any]]) -> list[Entry]:
    return [Entry(**{**row._mapping, "state": TimesheetState(row.state)}) for row in rows]


def _approved(row: Row[Any]) -> ApprovedEntry:
    kept = {name: value for name, value in row._mapping.items() if name != "tenant_id"}
    return ApprovedEntry(**kept)


def as_approved(rows: Sequence[Row[Any]]) -> list[ApprovedEntry]:
    """Rows of approved time as the model knows them."""
    return [_approved(row) for row in rows]
