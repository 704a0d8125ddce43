"""Asking how far a job is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from shared.jobs.job import JobState, NoSuchJob, find
from shared.web.problems import refusals
from shared.web.route import InWork, WorkRoute

router = APIRouter(prefix="/jobs", tags=["jobs"], route_class=WorkRoute)


class JobView(BaseModel):
    """How far a job is."""

    model_config = ConfigDict(from_attributes=True)
    id: UUID
    kind: str
    state: JobState
    done: int
    total: int
    result: dict[str, Any] | None
    error: str | None


@router.get("/{job_id}", responses=refusals(NoSuchJob))
async def show(job_id: UUID, work: InWork) -> JobView:
    """How far a job of one's own is."""
    found = await find(work, job_id)
    if found.started_by != work.actor.subject:
        raise NoSuchJob()
    return JobView.model_validate(found)
