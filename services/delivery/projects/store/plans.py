"""How projects with their tasks and milestones are kept."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Column, Date, DateTime, Integer, String, Uuid, select, text
from sqlalchemy.orm import composite

from services.delivery.projects.model.milestone import Milestone, MilestoneState
from services.delivery.projects.model.project import Project, ProjectState
from services.delivery.projects.model.task import Dependency, Task
from services.delivery.tables import schema
from shared.database import amount, belongs_to, choice, found_by, only_one
from shared.errors import NotFound
from shared.money import Money
from shared.work import Work

FIRST_ORDINAL = 1001


class NoSuchProject(NotFound):
    """There is no such project, or it is not one of yours."""


class NoSuchMilestone(NotFound):
    """There is no such milestone."""


projects = schema.table(
    "projects",
    Column("id", Uuid, primary_key=True),
    Column("ordinal", Integer, nullable=False),
    Column("name", String, nullable=False),
    Column("thread_id", Uuid, nullable=False),
    Column("handoff_id", Uuid, nullable=False),
    Column("account_id", Uuid, nullable=False),
    Column("account_name", String, nullable=False),
    Column("manager", String, nullable=False),
    Column("seller", String, nullable=False),
    amount("price"),
    Column("currency", String(3), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_before", Date, nullable=False),
    Column("template_code", String, nullable=False),
    Column("template_name", String, nullable=False),
    Column("template_rule", String, nullable=False),
    Column("template_reason", String, nullable=False),
    choice("state", ProjectState),
    Column("closed_on", Date),
    Column("replanned_at", DateTime(timezone=True)),
    Column("version", Integer, nullable=False),
    belongs_to("handoff_id", "handoffs"),
    only_one("thread_id"),
    only_one("ordinal"),
    found_by("manager", "ordinal", why="the projects of a manager"),
)
tasks = schema.table(
    "tasks",
    Column("id", Uuid, primary_key=True),
    Column("project_id", Uuid, nullable=False),
    Column("wbs", String, nullable=False),
    Column("name", String, nullable=False),
    Column("position", Integer, nullable=False),
    Column("parent_id", Uuid),
    Column("staffing_role", String),
    Column("billing_line_id", Uuid),
    Column("minutes", Integer, nullable=False),
    Column("days", Integer, nullable=False),
    Column("offset_days", Integer, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_before", Date, nullable=False),
    belongs_to("project_id", "projects"),
    only_one("project_id", "wbs"),
)
dependencies = schema.table(
    "task_dependencies",
    Column("id", Uuid, primary_key=True),
    Column("task_id", Uuid, nullable=False),
    Column("predecessor_id", Uuid, nullable=False),
    Column("lag_days", Integer, nullable=False),
    belongs_to("task_id", "tasks"),
    only_one("task_id", "predecessor_id"),
)
milestones = schema.table(
    "milestones",
    Column("id", Uuid, primary_key=True),
    Column("project_id", Uuid, nullable=False),
    Column("name", String, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("billing_line_id", Uuid),
    choice("state", MilestoneState),
    Column("reached_on", Date),
    Column("accepted_on", Date),
    Column("accepted_by", String),
    belongs_to("project_id", "projects"),
    found_by("project_id", why="the milestones of a project"),
)
counters = schema.table(
    "counters",
    Column("name", String, primary_key=True),
    Column("value", Integer, nullable=False),
    counter="value",
)

schema.map(Dependency, dependencies)
schema.map(Task, tasks, properties={"after": schema.parts(Dependency, dependencies, of=tasks, by="task_id")})
schema.map(Milestone, milestones)
schema.map(
    Project,
    projects,
    version=projects.c.version,
    properties={
        "price_amount": projects.c.price,
        "price_currency": projects.c.currency,
        "price": composite(Money, "price_amount", "price_currency"),
        "tasks": schema.parts(Task, tasks, of=projects, by="project_id", order_by=tasks.c.position),
        "milestones": schema.parts(Milestone, milestones, of=projects, by="project_id", order_by=milestones.c.due_on),
    },
)

COUNT = text(
    "insert into counters (name, value) values ('project', :first)"
    " on conflict (tenant_id, name) do update set value = counters.value + 1 returning value"
)


async def next_ordinal(work: Work) -> int:
    """The next number; whoever asks at the same time waits, so that none is left out."""
    counted = await work.session.execute(COUNT, {"first": FIRST_ORDINAL})
    ordinal: int = counted.scalar_one()
    return ordinal


def add(work: Work, project: Project) -> None:
    """Keep a new project with its plan."""
    work.session.add(project)


async def get(work: Work, project_id: UUID) -> Project:
    """Load a project with its plan and lock it until this work ends."""
    found = await work.session.scalar(select(Project).where(projects.c.id == project_id).with_for_update())
    if found is None:
        raise NoSuchProject()
    return found


async def get_by_milestone(work: Work, milestone_id: UUID) -> tuple[Project, Milestone]:
    """Load a milestone and its project and lock the project until this work ends."""
    of_milestone = select(milestones.c.project_id).where(milestones.c.id == milestone_id)
    project_id = await work.session.scalar(of_milestone)
    if project_id is None:
        raise NoSuchMilestone()
    project = await get(work, project_id)
    return project, next(one for one in project.milestones if one.id == milestone_id)


ACTIVATE = text(
    "update projects set state = 'active', version = version + 1 where id = :project_id and state = 'proposed'"
)
IS_KNOWN = text("select true from projects where id = :project_id")
UNAPPROVED = text("select coalesce(sum(minutes), 0) from time_entries where project_id = :project_id")


async def activate(work: Work, project_id: UUID) -> bool:
    """Make a proposed project active; tells whether the project exists."""
    await work.session.execute(ACTIVATE, {"project_id": project_id})
    return bool(await work.session.scalar(IS_KNOWN, {"project_id": project_id}))


async def unapproved_minutes(work: Work, project_id: UUID) -> int:
    """Minutes on the project that nobody has signed off yet."""
    minutes: int = (await work.session.execute(UNAPPROVED, {"project_id": project_id})).scalar_one()
    return minutes
