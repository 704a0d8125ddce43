"""Project templates over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.delivery.templates import actions, queries
from services.delivery.templates.actions import TemplateCodeTaken
from services.delivery.templates.model.template import (
    After,
    CircularTemplate,
    ProjectTemplate,
    TaskKeyTwice,
    TemplateMilestone,
    TemplateTask,
    UnknownTemplateTask,
)
from shared.actor import NotPermitted
from shared.web import Body, InWork, View, WorkRoute, refusals

router = APIRouter(prefix="/project-templates", tags=["project templates"], route_class=WorkRoute)

Word = Annotated[str, Field(min_length=1, max_length=200)]
Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,99}$")]
Share = Annotated[int, Field(ge=1, le=1000)]
Days = Annotated[int, Field(ge=0, le=1000)]


class ActivityAfterBody(Body):
    """The task that has to be finished first, and the working days in between."""

    key: Word
    lag_days: Days = 0


class ActivityBody(Body):
    """One activity with its share of the sold work."""

    key: Word
    phase: Word
    name: Word
    share: Share
    share_by_role: dict[Word, Annotated[int, Field(ge=0, le=1000)]] = Field(default_factory=dict)
    offset_days: Days = 0
    after: list[ActivityAfterBody] = Field(default_factory=list, max_length=20)


class ActivityMilestoneBody(Body):
    """Something to show once a task is finished."""

    name: Word
    after: Word


class TemplateBody(Body):
    """A template of the firm's own."""

    code: Code
    name: Word
    purpose: str = ""
    tasks: Annotated[list[ActivityBody], Field(min_length=1, max_length=100)]
    milestones: list[ActivityMilestoneBody] = Field(default_factory=list, max_length=100)

    def template(self) -> ProjectTemplate:
        """The template as the model knows it; refuses one that no project can follow."""
        return ProjectTemplate(
            self.code,
            self.name,
            self.purpose,
            tuple(
                TemplateTask(
                    one.key,
                    one.phase,
                    one.name,
                    one.share,
                    one.share_by_role,
                    one.offset_days,
                    tuple(After(after.key, after.lag_days) for after in one.after),
                )
                for one in self.tasks
            ),
            tuple(TemplateMilestone(one.name, one.after) for one in self.milestones),
        )


class ActivityAfterView(View):
    key: str
    lag_days: int


class ActivityView(View):
    key: str
    phase: str
    name: str
    share: int
    share_by_role: dict[str, int]
    offset_days: int
    after: list[ActivityAfterView]


class ActivityMilestoneView(View):
    name: str
    after: str


class TemplateView(View):
    """A template; a shipped one has no id."""

    id: UUID | None = None
    code: str
    name: str
    purpose: str
    tasks: list[ActivityView]
    milestones: list[ActivityMilestoneView]


class TemplatesView(View):
    items: list[TemplateView]


class RuleView(View):
    code: str
    says: str
    leads_to: str


class RulesView(View):
    items: list[RuleView]


@router.get("", responses=refusals(NotPermitted))
async def list_templates(work: InWork) -> TemplatesView:
    """The shipped templates and the firm's own."""
    found = await queries.templates(work)
    return TemplatesView(items=[_view(template_id, template) for template_id, template in found])


@router.get("/rules", responses=refusals(NotPermitted))
async def list_rules(work: InWork) -> RulesView:
    """The rules that choose a template, in the order in which they are tried."""
    return RulesView(items=[RuleView.model_validate(rule) for rule in queries.rules(work)])


@router.put(
    "/{template_id}",
    status_code=201,
    responses=refusals(NotPermitted, TemplateCodeTaken, TaskKeyTwice, UnknownTemplateTask, CircularTemplate),
)
async def write_template(template_id: UUID, body: TemplateBody, work: InWork) -> TemplateView:
    """Add a template of the firm's own."""
    return _view(template_id, await actions.write_template(work, template_id, body.template()))


def _view(template_id: UUID | None, template: ProjectTemplate) -> TemplateView:
    return TemplateView.model_validate(template).model_copy(update={"id": template_id})
