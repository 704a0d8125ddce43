"""What becomes of projects, as delivery announces it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from services.resourcing.projects import store
from shared.work import Work


async def remember_project(
    work: Work, project_id: UUID, *, number: str, name: str, account_id: UUID, thread_id: UUID | None
) -> None:
    """Keep a project that was opened, so that people can be booked on it."""
    await store.describe(work, project_id, number=number, name=name, account_id=account_id, thread_id=thread_id)


async def expect_project(work: Work, project_id: UUID) -> None:
    """Know of a project that somebody is wanted for, opened or not announced yet."""
    await store.remember(work, project_id)


async def close_project(work: Work, project_id: UUID, *, closed_on: date, sequence: int) -> None:
    """Keep the last day of a project that ended."""
    await store.close(work, project_id, closed_on=closed_on, sequence=sequence)
