"""What delivery says about work that was done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from services.billing.contracts.model import NoSuchContract, NoSuchSoldLine
from services.billing.work_in_progress.actions import take_accepted_milestone, take_approved_time
from shared.contracts.delivery import MilestoneAccepted, TimeCorrected, TimesheetApproved
from shared.messaging.reactions import NotReady, Reactions
from shared.work import Work

reactions = Reactions()


@reactions.on(TimesheetApproved, consumer="billing.take_approved_time")
async def on_timesheet_approved(work: Work, event: TimesheetApproved, sequence: int) -> None:
    """Approved time becomes work in progress."""
    with _once_sold(event.thread_id):
        await take_approved_time(work, event.entries, project_id=event.project_id, opportunity_id=event.thread_id)


@reactions.on(TimeCorrected, consumer="billing.take_corrected_time")
async def on_time_corrected(work: Work, event: TimeCorrected, sequence: int) -> None:
    """A correction becomes work in progress, negative where it takes time back."""
    with _once_sold(event.thread_id):
        await take_approved_time(work, event.entries, project_id=event.project_id, opportunity_id=event.thread_id)


@reactions.on(MilestoneAccepted, consumer="billing.take_accepted_milestone")
async def on_milestone_accepted(work: Work, event: MilestoneAccepted, sequence: int) -> None:
    """An accepted milestone becomes work in progress."""
    if event.thread_id is None:
        return  # a project that nobody bought bills no milestone
    with _once_sold(event.thread_id):
        await take_accepted_milestone(work, event, opportunity_id=event.thread_id)


@contextmanager
def _once_sold(opportunity_id: UUID | None) -> Iterator[None]:
    """Wait for the news of the sale when its contract, or a line of it, is not known yet."""
    try:
        yield
    except (NoSuchContract, NoSuchSoldLine):
        raise NotReady(f"opportunity/{opportunity_id}") from None
