"""Project templates as people see them: the list with the rules that choose, one of them, and a form for a new one."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.delivery.permissions import Permission
from services.delivery.templates import actions, queries
from services.delivery.templates.pages.forms import TemplateForm, rows_of
from shared.ids import new_id
from shared.pages import InWork, PageRoute, beside_rows, form_of, page

HERE = "/delivery/project-templates"
router = APIRouter(prefix="/project-templates", route_class=PageRoute)
Number = Annotated[int, Query(ge=1, le=100)]


@router.get("")
async def templates(request: Request, work: InWork) -> Response:
    """The shipped templates and the firm's own, and the rules in the order in which they are tried."""
    found = await queries.templates(work)
    return page(
        request,
        "delivery/templates/templates.html",
        found=found,
        rules=queries.rules(work),
        names={one.code: one.name for _, one in found},
        may_write=work.actor.may(Permission.WRITE_TEMPLATES),
    )


@router.get("/new")
async def new(request: Request, work: InWork, like: Annotated[str, Query(max_length=100)] = "") -> Response:
    """The form, empty or with what another template says."""
    work.actor.must(Permission.WRITE_TEMPLATES)
    model = await queries.template_called(work, like) if like else None
    tasks, milestones = rows_of(model)
    return page(
        request,
        "delivery/templates/form.html",
        template_id=new_id(),
        model=model,
        tasks=tasks,
        milestones=milestones,
    )


@router.get("/rows/task")
async def task_row(request: Request, work: InWork, number: Number = 1) -> Response:
    """The fields of one more task; a part of the form."""
    work.actor.must(Permission.WRITE_TEMPLATES)
    return page(request, "delivery/templates/task_row.html", number=number, task=None, adds=True)


@router.get("/rows/milestone")
async def milestone_row(request: Request, work: InWork, number: Number = 1) -> Response:
    """The fields of one more milestone; a part of the form."""
    work.actor.must(Permission.WRITE_TEMPLATES)
    return page(request, "delivery/templates/milestone_row.html", number=number, milestone=None, adds=True)


@router.get("/{code}")
async def template(request: Request, code: str, work: InWork) -> Response:
    """One template: its tasks by phase, what each waits for, and what there is to show."""
    found = await queries.template_called(work, code)
    tasks, _rows = rows_of(found)
    return page(
        request,
        "delivery/templates/template.html",
        kept=found,
        tasks=tasks,
        whole=sum(task.share for task in found.tasks),
        names={task.key: task.name for task in found.tasks},
        may_write=work.actor.may(Permission.WRITE_TEMPLATES),
    )


@router.post("/{template_id}")
async def write(request: Request, template_id: UUID, work: InWork) -> Response:
    """Keep a template of the firm's own, for good."""
    work.actor.must(Permission.WRITE_TEMPLATES)
    form = await form_of(request, TemplateForm)
    with beside_rows("tasks", list(form.tasks)), beside_rows("milestones", list(form.milestones)):
        await actions.write_template(work, template_id, form.template())
    return RedirectResponse(f"{HERE}/{form.code}", 303)
