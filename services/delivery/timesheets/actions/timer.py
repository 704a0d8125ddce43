"""What people do with the timer of their week."""

from __future__ import annotations

from uuid import UUID

from services.delivery.permissions import Permission
from services.delivery.timesheets.actions.own_time import acting_employee, delete_entry
from services.delivery.timesheets.model.cells import WeekTask
from services.delivery.timesheets.model.entries import (
    Entry,
    NoSuchTaskForTime,
    TimeOnClosedProject,
    TimeOnProjectOnHold,
    TimesheetState,
    Unrecorded,
    WeekHandedIn,
)
from services.delivery.timesheets.model.timer import NoTimerRuns, Timer, TimerNotUndone
from services.delivery.timesheets.store import entries, grid, recording, timers
from services.delivery.timesheets.store.entries import NoSuchEntry
from shared.ids import new_id
from shared.period import week_of
from shared.work import Work

REFUSED_IN = {"closed": TimeOnClosedProject, "on_hold": TimeOnProjectOnHold}


async def start_timer(work: Work, task_id: UUID) -> Timer | None:
    """Have the timer run on a task of one's own; gives the one that ran on another and is stopped for it."""
    work.actor.must(Permission.RECORD_TIME)
    person_id = await acting_employee(work)
    task = await grid.one(work, person_id, task_id, first=week_of(work.now.date()).starts_on)
    _must_take_time(task)
    before = await timers.running(work, person_id, lock=True)
    if before is not None and before.task_id == task_id:
        return None
    if before is not None:
        await _stop(work, before)
    timers.add(work, Timer(new_id(), person_id, task_id, work.now))
    return before


async def stop_timer(work: Work) -> Timer:
    """Record what one's timer measured."""
    timer = await _running(work)
    await _stop(work, timer)
    return timer


async def discard_timer(work: Work) -> Timer:
    """End one's timer and record nothing."""
    timer = await _running(work)
    timer.discard(work.now)
    return timer


async def undo_timer(work: Work, timer_id: UUID) -> None:
    """Take out what a timer of one's own recorded, and let it run on; the one that it was switched to never began."""
    work.actor.must(Permission.RECORD_TIME)
    person_id = await acting_employee(work)
    timer = await timers.one(work, timer_id, person_id=person_id)
    now = await timers.running(work, person_id, lock=True)
    if now is not None and now.started_at != timer.stopped_at:
        raise TimerNotUndone()
    kept = [found for one in timer.worked() if (found := await _kept(work, one.id, person_id))]
    if any(one.version > 1 or one.state in (TimesheetState.SUBMITTED, TimesheetState.APPROVED) for one in kept):
        raise TimerNotUndone()
    if now is not None:
        await timers.delete(work, now)
    timer.undo(kept)
    for one in kept:
        await delete_entry(work, one)


async def _running(work: Work) -> Timer:
    work.actor.must(Permission.RECORD_TIME)
    timer = await timers.running(work, await acting_employee(work), lock=True)
    if timer is None:
        raise NoTimerRuns()
    return timer


async def _stop(work: Work, timer: Timer) -> None:
    worked = timer.stop(work.now)
    outcomes = await recording.record_many(work, worked) if worked else []
    for outcome in outcomes:
        if isinstance(outcome, Unrecorded):
            raise outcome.problem.refusal("")
    await work.session.flush()  # another one may run only when this one no longer does


async def _kept(work: Work, entry_id: UUID, person_id: UUID) -> Entry | None:
    try:
        return await entries.own(work, entry_id, person_id=person_id)
    except NoSuchEntry:
        return None


def _must_take_time(task: WeekTask | None) -> None:
    """Refuse a task on which what the timer measures could not be recorded."""
    if task is None:
        raise NoSuchTaskForTime()
    if task.project_state in REFUSED_IN:
        raise REFUSED_IN[task.project_state]()
    if task.state in (TimesheetState.SUBMITTED, TimesheetState.APPROVED):
        raise WeekHandedIn()
