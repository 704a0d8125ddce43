"""How a firm's own templates are kept."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import Column, String, Uuid, select
from sqlalchemy.dialects.postgresql import JSONB

from services.delivery.tables import schema
from services.delivery.templates.model.template import (
    After,
    ProjectTemplate,
    TemplateMilestone,
    TemplateTask,
)
from shared.database import only_one
from shared.work import Work

project_templates = schema.table(
    "project_templates",
    Column("id", Uuid, primary_key=True),
    Column("code", String, nullable=False),
    Column("name", String, nullable=False),
    Column("purpose", String, nullable=False),
    Column("tasks", JSONB, nullable=False),
    Column("milestones", JSONB, nullable=False),
    only_one("code"),
)


async def add(work: Work, template_id: UUID, template: ProjectTemplate) -> None:
    """Keep a template for good."""
    await work.session.execute(project_templates.insert().values(id=template_id, **asdict(template)))


async def all_own(work: Work) -> dict[UUID, ProjectTemplate]:
    """The firm's own templates, oldest first."""
    rows = await work.session.execute(select(project_templates).order_by(project_templates.c.id))
    return {row.id: _template(row) for row in rows}


def _template(row: Any) -> ProjectTemplate:
    tasks = tuple(
        TemplateTask(**{**task, "after": tuple(After(**after) for after in task["after"])}) for task in row.tasks
    )
    milestones = tuple(TemplateMilestone(**milestone) for milestone in row.milestones)
    return ProjectTemplate(row.code, row.name, row.purpose, tasks, milestones)
