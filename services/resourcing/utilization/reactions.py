"""What resourcing does when delivery approves time."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.resourcing.utilization.actions import count_approved_time
from services.resourcing.utilization.model import TimeWorked
from shared.contracts.delivery import ApprovedEntry, TimeCorrected, TimesheetApproved
from shared.messaging.reactions import Reactions
from shared.work import Work

reactions = Reactions()


@reactions.on(TimesheetApproved, consumer="resourcing.count_approved_time")
async def timesheet_approved(work: Work, event: TimesheetApproved, sequence: int) -> None:
    """Approved time counts."""
    await count_approved_time(work, _worked(event.project_id, event.entries))


@reactions.on(TimeCorrected, consumer="resourcing.count_corrected_time")
async def time_corrected(work: Work, event: TimeCorrected, sequence: int) -> None:
    """A correction counts as what it is: an entry that takes back, and the right one."""
    await count_approved_time(work, _worked(event.project_id, event.entries))


def _worked(project_id: UUID, entries: Sequence[ApprovedEntry]) -> list[TimeWorked]:
    return [
        TimeWorked(one.entry_id, one.version, one.person_id, project_id, one.day, one.minutes, one.billable)
        for one in entries
    ]
