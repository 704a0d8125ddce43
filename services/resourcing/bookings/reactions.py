"""What resourcing does when delivery closes a project."""

from __future__ import annotations

from services.resourcing.bookings.actions import end_bookings
from shared.contracts.delivery import ProjectClosed
from shared.messaging.reactions import Reactions
from shared.work import Work

reactions = Reactions()


@reactions.on(ProjectClosed, consumer="resourcing.end_bookings")
async def project_closed(work: Work, event: ProjectClosed, sequence: int) -> None:
    """Bookings end with their project."""
    await end_bookings(work, event.project_id, closed_on=event.closed_on, sequence=sequence)
