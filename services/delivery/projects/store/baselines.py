"""How baselines are kept: written once, by a role that may not change them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Column, Date, DateTime, Integer, String, Uuid, select

from services.delivery.projects.model.baseline import Baseline, BaselineRole, BaselineTask
from services.delivery.tables import schema
from shared.database import amount, belongs_to, found_by, only_one
from shared.money import Money
from shared.work import Work

baselines = schema.table(
    "baselines",
    Column("id", Uuid, primary_key=True),
    Column("project_id", Uuid, nullable=False),
    Column("made_by", String, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    amount("price"),
    amount("cost"),
    Column("currency", String(3), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_before", Date, nullable=False),
    belongs_to("project_id", "projects"),
    only_one("project_id"),
    append_only=True,
)
baseline_roles = schema.table(
    "baseline_roles",
    Column("baseline_id", Uuid, primary_key=True),
    Column("staffing_role", String, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("minutes", Integer, nullable=False),
    amount("price"),
    amount("cost", nullable=True),
    belongs_to("baseline_id", "baselines"),
    append_only=True,
)
baseline_tasks = schema.table(
    "baseline_tasks",
    Column("baseline_id", Uuid, primary_key=True),
    Column("task_id", Uuid, primary_key=True),
    Column("wbs", String, nullable=False),
    Column("name", String, nullable=False),
    Column("position", Integer, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_before", Date, nullable=False),
    belongs_to("baseline_id", "baselines"),
    found_by("task_id", why="how a task was planned at first"),
    append_only=True,
)


async def add(work: Work, baseline: Baseline) -> None:
    """Keep a baseline for good."""
    head = {
        "id": baseline.id,
        "project_id": baseline.project_id,
        "made_by": baseline.made_by,
        "made_at": work.now,
        "price": baseline.price.amount,
        "cost": baseline.cost.amount,
        "currency": baseline.price.currency,
        "starts_on": baseline.starts_on,
        "ends_before": baseline.ends_before,
    }
    await work.session.execute(baselines.insert().values(head))
    for table, parts in ((baseline_roles, baseline.roles), (baseline_tasks, baseline.tasks)):
        rows = [{"baseline_id": baseline.id, "position": position, **vars(part)} for position, part in enumerate(parts)]
        await work.session.execute(table.insert(), rows)


async def of_project(work: Work, project_id: UUID) -> Baseline:
    """The first baseline of a project."""
    head = (await work.session.execute(select(baselines).where(baselines.c.project_id == project_id))).one()
    of_roles = select(baseline_roles).where(baseline_roles.c.baseline_id == head.id)
    of_tasks = select(baseline_tasks).where(baseline_tasks.c.baseline_id == head.id)
    roles = await work.session.execute(of_roles.order_by(baseline_roles.c.position))
    tasks = await work.session.execute(of_tasks.order_by(baseline_tasks.c.position))
    return Baseline(
        id=head.id,
        project_id=head.project_id,
        made_by=head.made_by,
        price=Money(head.price, head.currency),
        cost=Money(head.cost, head.currency),
        starts_on=head.starts_on,
        ends_before=head.ends_before,
        roles=tuple(BaselineRole(one.staffing_role, one.minutes, one.price, one.cost) for one in roles),
        tasks=tuple(
            BaselineTask(one.task_id, one.wbs, one.name, one.minutes, one.starts_on, one.ends_before) for one in tasks
        ),
    )
