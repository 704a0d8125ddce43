"""Projects over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import Field

from services.delivery.projects import actions, queries
from services.delivery.projects.api.views import (
    DifferencesView,
    DifferenceView,
    ProjectRow,
    ProjectView,
    TasksView,
    TaskView,
    project_view,
)
from services.delivery.projects.model.project import (
    NoSuchTask,
    NotYourProject,
    ProjectAlreadyClosed,
    ProjectNotOnHold,
    ProjectNotRunning,
    ProjectState,
    UnapprovedTime,
)
from services.delivery.projects.model.task import BadEstimate, SummaryTask
from shared.actor import NotPermitted
from shared.errors import NotFound, Stale
from shared.web import Body, Cursor, InWork, Limit, PageOf, WorkRoute, must_match, refusals, set_etag

router = APIRouter(prefix="/projects", tags=["projects"], route_class=WorkRoute)

MINUTES_MAX = 10_000_000
DAYS_MAX = 5_000


class EstimateBody(Body):
    """What of a task is planned anew; what is left out stays."""

    name: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    minutes: Annotated[int, Field(ge=1, le=MINUTES_MAX)] | None = None
    days: Annotated[int, Field(ge=1, le=DAYS_MAX)] | None = None
    offset_days: Annotated[int, Field(ge=0, le=DAYS_MAX)] | None = None


class HoldBody(Body):
    """Why the project rests."""

    reason: Annotated[str, Field(min_length=1, max_length=2000)]


@router.get("", responses=refusals(NotPermitted))
async def list_projects(
    work: InWork, state: ProjectState | None = None, cursor: Cursor = None, limit: Limit = 50
) -> PageOf[ProjectRow]:
    """The projects that you manage, sold, are booked on, or may see by your role."""
    found = await queries.list_projects(work, state=state, cursor=cursor, limit=limit)
    return PageOf[ProjectRow].of(found, ProjectRow)


@router.get("/{project_id}", responses=refusals(NotPermitted, NotFound))
async def get_project(project_id: UUID, work: InWork, response: Response) -> ProjectView:
    """One project with plan and team; with baseline and margin if you may see cost."""
    found = await queries.get_project(work, project_id)
    set_etag(response, found.project.version)
    return project_view(found)


@router.get("/{project_id}/tasks", responses=refusals(NotPermitted, NotFound))
async def list_tasks(project_id: UUID, work: InWork) -> TasksView:
    """The tasks of a project in the order of the plan."""
    found = await queries.get_project(work, project_id)
    return TasksView(items=[TaskView.model_validate(task) for task in found.project.tasks])


@router.get("/{project_id}/baseline-comparison", responses=refusals(NotPermitted, NotFound))
async def compare_with_baseline(project_id: UUID, work: InWork) -> DifferencesView:
    """What was sold and planned at first beside the plan of now, field by field."""
    found = await queries.baseline_comparison(work, project_id)
    return DifferencesView(
        items=[
            DifferenceView(
                task=one.task,
                field=one.field,
                baseline=None if one.baseline is None else str(one.baseline),
                now=None if one.now is None else str(one.now),
                is_changed=one.is_changed,
            )
            for one in found
        ]
    )


@router.patch(
    "/{project_id}/tasks/{task_id}",
    responses=refusals(
        NotPermitted, NotYourProject, NotFound, NoSuchTask, SummaryTask, ProjectAlreadyClosed, BadEstimate, Stale
    ),
)
async def estimate_task(
    project_id: UUID, task_id: UUID, body: EstimateBody, work: InWork, *, request: Request, response: Response
) -> ProjectView:
    """Plan a task anew; everything that waits for it moves along."""
    seen = await queries.get_project(work, project_id)
    must_match(request, seen.project.version)
    await actions.estimate_task(work, project_id, task_id=task_id, **body.model_dump())
    return await _shown(work, project_id, response)


@router.post(
    "/{project_id}/hold",
    responses=refusals(NotPermitted, NotYourProject, NotFound, ProjectNotRunning),
)
async def put_on_hold(project_id: UUID, body: HoldBody, work: InWork, response: Response) -> ProjectView:
    """Let nobody record time on the project for a while."""
    await actions.put_on_hold(work, project_id, reason=body.reason)
    return await _shown(work, project_id, response)


@router.post(
    "/{project_id}/resumption",
    responses=refusals(NotPermitted, NotYourProject, NotFound, ProjectNotOnHold),
)
async def resume_project(project_id: UUID, work: InWork, response: Response) -> ProjectView:
    """Go on after a hold."""
    await actions.resume_project(work, project_id)
    return await _shown(work, project_id, response)


@router.post(
    "/{project_id}/closure",
    responses=refusals(NotPermitted, NotYourProject, NotFound, ProjectAlreadyClosed, UnapprovedTime),
)
async def close_project(project_id: UUID, work: InWork, response: Response) -> ProjectView:
    """End a project, once all time on it is approved."""
    await actions.close_project(work, project_id)
    return await _shown(work, project_id, response)


async def _shown(work: InWork, project_id: UUID, response: Response) -> ProjectView:
    await work.session.flush()
    found = await queries.get_project(work, project_id)
    set_etag(response, found.project.version)
    return project_view(found)
