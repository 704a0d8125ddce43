"""What people decide on the time of others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.delivery.margin.actions import cost_work
from services.delivery.margin.model import ApprovedWork
from services.delivery.permissions import Permission
from services.delivery.timesheets.model.weeks import AlreadyCorrected, ApprovedEntry, Decider, NotApprovedYet, Timesheet
from services.delivery.timesheets.store import entries, weeks
from services.delivery.timesheets.store.weeks import Surroundings
from shared.contracts import delivery as contracts
from shared.ids import new_id
from shared.subjects import acting_person
from shared.work import Work


@dataclass(frozen=True)
class Correction:
    """The reversal of an approved entry and, where there is one, the right entry."""

    id: UUID
    entries: Sequence[ApprovedEntry]


async def approve_timesheet(work: Work, timesheet_id: UUID) -> Timesheet:
    """Sign off somebody's week on a project, which hands its time to billing and costs it."""
    work.actor.must(Permission.APPROVE_TIME)
    timesheet = await weeks.get(work, timesheet_id)
    surroundings = await _decide_for(work, timesheet.person_id, project_id=timesheet.project_id)
    timesheet.approve(by=work.actor.subject, at=work.now)
    approved = await weeks.sign_off(work, timesheet.id)
    await _cost(work, timesheet.person_id, approved, currency=surroundings.currency)
    work.publish(
        contracts.TimesheetApproved(
            thread_id=surroundings.thread_id,
            timesheet_id=timesheet.id,
            project_id=timesheet.project_id,
            person_id=timesheet.person_id,
            week_starts_on=timesheet.week_starts_on,
            approved_by=work.actor.subject,
            approved_at=work.now,
            entries=[_told(entry) for entry in approved],
        )
    )
    return timesheet


async def reject_timesheet(work: Work, timesheet_id: UUID, *, reason: str) -> Timesheet:
    """Give somebody's week back, saying why."""
    work.actor.must(Permission.APPROVE_TIME)
    timesheet = await weeks.get(work, timesheet_id)
    await _decide_for(work, timesheet.person_id, project_id=timesheet.project_id)
    timesheet.reject(reason, by=work.actor.subject, at=work.now)
    return timesheet


async def correct_entry(work: Work, entry_id: UUID, *, minutes: int | None, reason: str) -> Correction:
    """Put approved time right: take the entry back, and enter `minutes` in its place where there were any."""
    work.actor.must(Permission.APPROVE_TIME)
    wrong = await entries.approved(work, entry_id)
    if wrong is None:
        raise NotApprovedYet()
    surroundings = await _decide_for(work, wrong.person_id, project_id=wrong.project_id)
    if await entries.is_corrected(work, entry_id):
        raise AlreadyCorrected()
    correction = Correction(correction_id := new_id(), wrong.corrected(minutes, correction_id=correction_id))
    change = sum(entry.minutes for entry in correction.entries)
    await entries.shift_day(work, wrong.person_id, day=wrong.day, minutes=change)
    await entries.keep_correction(work, correction.id, reason=reason, entries=correction.entries)
    await _cost(work, wrong.person_id, correction.entries, currency=surroundings.currency)
    work.publish(
        contracts.TimeCorrected(
            thread_id=surroundings.thread_id,
            correction_id=correction.id,
            project_id=wrong.project_id,
            person_id=wrong.person_id,
            reason=reason,
            corrected_by=work.actor.subject,
            corrected_at=work.now,
            entries=[_told(entry) for entry in correction.entries],
        )
    )
    return correction


async def _decide_for(work: Work, person_id: UUID, *, project_id: UUID) -> Surroundings:
    """What surrounds the time of a person on a project, if whoever asks may decide on it."""
    surroundings = await weeks.around(work, project_id=project_id, person_id=person_id)
    decider = Decider(
        work.actor.subject,
        await acting_person(work),
        for_any_project=work.actor.may(Permission.APPROVE_TIME_OF_ANY_PROJECT),
    )
    decider.must_decide_for(person_id, person_subject=surroundings.person_subject, manager=surroundings.manager)
    return surroundings


async def _cost(work: Work, person_id: UUID, approved: Sequence[ApprovedEntry], *, currency: str) -> None:
    parts = [
        ApprovedWork(one.id, one.project_id, person_id, one.day, one.minutes, one.billable, currency)
        for one in approved
    ]
    await cost_work(work, person_id, approved=parts)


def _told(entry: ApprovedEntry) -> contracts.ApprovedEntry:
    return contracts.ApprovedEntry(
        entry_id=entry.id,
        version=entry.version,
        task_id=entry.task_id,
        billing_line_id=entry.billing_line_id,
        person_id=entry.person_id,
        staffing_role=entry.staffing_role,
        day=entry.day,
        minutes=entry.minutes,
        billable=entry.billable,
        note=entry.note,
        corrects_entry_id=entry.corrects_entry_id,
    )
