"""What approved time does to figures."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.resourcing.permissions import Permission
from services.resourcing.utilization import store
from services.resourcing.utilization.model import TimeWorked, Treatment
from shared.work import Work


async def count_approved_time(work: Work, entries: Sequence[TimeWorked]) -> None:
    """Count approved entries, and corrections of such, each once."""
    await store.keep(work, entries)


async def treat_project(work: Work, project_id: UUID, *, treatment: Treatment) -> None:
    """Say how time on a project that is not billable counts in utilization."""
    work.actor.must(Permission.SET_UTILIZATION_RULES)
    await store.treat(work, project_id, treatment)
