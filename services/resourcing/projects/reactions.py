"""What resourcing does when delivery announces something of projects."""

from __future__ import annotations

from services.resourcing.projects.actions import remember_project
from shared.contracts.delivery import ProjectOpened
from shared.messaging.reactions import Reactions
from shared.work import Work

reactions = Reactions()


@reactions.on(ProjectOpened, consumer="resourcing.remember_project")
async def project_opened(work: Work, event: ProjectOpened, sequence: int) -> None:
    """An opened project can be staffed."""
    await remember_project(
        work,
        event.project_id,
        number=event.number,
        name=event.name,
        account_id=event.account_id,
        thread_id=event.thread_id or event.opportunity_id,
    )
