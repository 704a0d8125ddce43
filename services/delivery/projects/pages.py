"""Projects as people see them: the list, and one project with plan, team, milestones, burn and margin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import accumulate
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.delivery.margin.queries import minutes_by_week
from services.delivery.permissions import Permission
from services.delivery.projects import actions, queries
from services.delivery.projects.api.milestones import MilestoneAcceptanceBody, MilestoneReachedBody
from services.delivery.projects.api.projects import HoldBody
from services.delivery.projects.model.baseline import Baseline
from services.delivery.projects.model.calendar import working_days_in
from services.delivery.projects.model.project import Project, ProjectState, number_of
from services.delivery.projects.queries import ProjectInFull
from shared.pages import InWork, PageRoute, form_of, page, said
from shared.pages.waiting import Finder, Hit
from shared.period import Period
from shared.ui.formats import day_short
from shared.ui.listing import Column, Listing, Rows, last_day, who
from shared.ui.words import gettext as _
from shared.web import Body
from shared.work import Work

router = APIRouter(prefix="/projects", route_class=PageRoute)
FINISH_TO_START = "0"


class MovedForm(Body):
    """A task that was moved in the plan: its first day, and the day behind its last one."""

    task: UUID
    start: date
    end: date


@router.get("")
async def projects(
    request: Request,
    work: InWork,
    rows: Rows,
    q: Annotated[str, Query(max_length=200)] = "",
    state: ProjectState | None = None,
) -> Response:
    """The projects that somebody manages, sold, is booked on, or may see by their role."""
    found = await queries.list_projects(
        work, state=state, words=q, descending=True, sort=rows.sort, cursor=rows.cursor, limit=rows.limit
    )
    columns = (
        Column("number", _("Project"), lambda row: number_of(row.ordinal), sorts=True),
        Column("name", _("Name"), only="file"),
        Column("account", _("Customer"), "account_name", sorts=True),
        Column("state", _("State"), said("delivery/projects/state.html", "mark", "state")),
        Column("manager", _("Project manager"), who("manager"), sorts=True),
        Column("starts_on", _("Starts"), sorts=True),
        Column("ends_on", _("Ends"), last_day("ends_before"), sorts=True),
    )
    listing = Listing.of(request, "projects", columns, found.items, next=found.next)
    return page(request, "delivery/projects/projects.html", listing=listing, chosen=state, number_of=number_of)


@router.get("/{project_id}")
async def project(request: Request, project_id: UUID, work: InWork) -> Response:
    """One project; margin and burn are for those who may see cost."""
    found = await queries.get_project(work, project_id)
    margin = found.margin
    return page(
        request,
        "delivery/projects/project.html",
        project=found.project,
        account_name=found.account_name,
        team=found.team,
        staffing=found.staffing,
        plan=_plan(found.project),
        margin=margin,
        differences=_planned_anew(found) if margin else [],
        burn=await _burn(work, found.project, margin.baseline) if margin else None,
        may_manage=work.actor.may(Permission.MANAGE_PROJECTS) and found.project.manager == work.actor.subject,
        sees_handoffs=work.actor.may(Permission.VIEW_HANDOFFS),
        today=work.now.date(),
    )


@router.post("/{project_id}/plan")
async def move_task(request: Request, project_id: UUID, work: InWork) -> Response:
    """Plan a task anew as it was drawn; what waits for it moves along."""
    form = await form_of(request, MovedForm)
    found = await queries.get_project(work, project_id)
    await actions.estimate_task(
        work,
        project_id,
        task_id=form.task,
        name=None,
        minutes=None,
        days=max(_working_days(form.start, form.end), 1),
        offset_days=_working_days(found.project.starts_on, form.start),
    )
    return _back(project_id)


@router.post("/{project_id}/hold")
async def hold(request: Request, project_id: UUID, work: InWork) -> Response:
    """Let nobody record time for a while."""
    form = await form_of(request, HoldBody)
    await actions.put_on_hold(work, project_id, reason=form.reason)
    return _back(project_id)


@router.post("/{project_id}/resume")
async def resume(project_id: UUID, work: InWork) -> Response:
    """Go on after a hold."""
    await actions.resume_project(work, project_id)
    return _back(project_id)


@router.post("/{project_id}/closing")
async def close(project_id: UUID, work: InWork) -> Response:
    """End a project, once all its time is approved."""
    await actions.close_project(work, project_id)
    return _back(project_id)


@router.post("/milestones/{milestone_id}/reached")
async def reach(request: Request, milestone_id: UUID, work: InWork) -> Response:
    """Say that a result is there."""
    form = await form_of(request, MilestoneReachedBody)
    milestone = await actions.reach_milestone(work, milestone_id, on=form.reached_on)
    return _back(milestone.project_id)


@router.post("/milestones/{milestone_id}/acceptance")
async def accept(request: Request, milestone_id: UUID, work: InWork) -> Response:
    """Record that the client accepted a result."""
    form = await form_of(request, MilestoneAcceptanceBody)
    milestone = await actions.accept_milestone(work, milestone_id, by=form.accepted_by, on=form.accepted_on)
    return _back(milestone.project_id)


async def find(work: Work, words: str, limit: int) -> Sequence[Hit]:
    """Projects by number, name or customer."""
    found = await queries.list_projects(work, state=None, words=words, descending=True, cursor=None, limit=limit)
    return [
        Hit(f"{number_of(one.ordinal)} {one.name}", f"/delivery/projects/{one.id}", one.account_name)
        for one in found.items
    ]


finder = Finder("Projects", "briefcase", Permission.VIEW_PROJECTS, find)


def _plan(project: Project) -> Mapping[str, Any]:
    """The plan as `ui.gantt` takes it: tasks under their summaries, milestones, and what waits for what."""
    tasks: list[dict[str, Any]] = [
        {
            "id": str(task.id),
            "text": task.name,
            "type": "project" if task.is_summary else "task",
            "start_date": str(task.starts_on),
            "duration": (task.ends_before - task.starts_on).days,
            "parent": str(task.parent_id) if task.parent_id else 0,
        }
        for task in project.tasks
    ]
    tasks += [
        {"id": str(one.id), "text": one.name, "type": "milestone", "start_date": str(one.due_on), "duration": 0}
        for one in project.milestones
    ]
    links = [
        {"id": str(one.id), "source": str(one.predecessor_id), "target": str(task.id), "type": FINISH_TO_START}
        for task in project.tasks
        for one in task.after
    ]
    return {"tasks": tasks, "links": links}


def _planned_anew(found: ProjectInFull) -> list[Mapping[str, Any]]:
    """The tasks that are planned otherwise than in the baseline, as they were and as they are."""
    now = {task.id: task for task in found.project.tasks}
    frozen = found.margin.baseline.tasks if found.margin else ()
    return [
        {"before": before, "now": now.get(before.task_id)}
        for before in frozen
        if (task := now.get(before.task_id)) is None
        or (task.minutes, task.starts_on, task.ends_before) != (before.minutes, before.starts_on, before.ends_before)
    ]


async def _burn(work: Work, project: Project, baseline: Baseline) -> Mapping[str, Any] | None:
    """Approved hours so far beside the sold ones, by week."""
    weeks = await minutes_by_week(work, project.id)
    if not weeks:
        return None
    return {
        "weeks": [day_short(week) for week in weeks],
        "approved": [round(minutes / 60, 2) for minutes in accumulate(weeks.values())],
        "sold": [round(baseline.minutes / 60, 2)] * len(weeks),
    }


def _working_days(first: date, before: date) -> int:
    return working_days_in(Period(first, before)) if first < before else 0


def _back(project_id: UUID) -> Response:
    return RedirectResponse(f"/delivery/projects/{project_id}", 303)
