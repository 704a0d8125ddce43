"""How measurements of progress are kept, and what they are made from."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import Column, Date, DateTime, String, Uuid, select, text

from services.delivery.progress.model import Asked, Facts, PlannedTask, Progress, ProgressMethod
from services.delivery.tables import schema
from shared.database import amount, belongs_to, choice, found_by
from shared.work import Work

measurements = schema.table(
    "progress_measurements",
    Column("id", Uuid, primary_key=True),
    Column("project_id", Uuid, nullable=False),
    Column("billing_line_id", Uuid),
    choice("method", ProgressMethod),
    Column("measured_on", Date, nullable=False),
    amount("fraction_numerator"),
    amount("fraction_denominator"),
    amount("cost_to_date", nullable=True),
    amount("cost_at_completion", nullable=True),
    Column("currency", String(3), nullable=False),
    Column("reason", String, nullable=False),
    Column("measured_by", String, nullable=False),
    Column("measured_at", DateTime(timezone=True), nullable=False),
    belongs_to("project_id", "projects"),
    found_by("project_id", "measured_on", "id", why="how far a project was"),
    append_only=True,
)

DONE = text(
    """
    select w.minutes, w.uncosted_minutes, w.cost + x.cost as cost, m.all as milestones, m.reached as milestones_reached
      from (select coalesce(sum(w.minutes), 0) as minutes, coalesce(sum(w.cost), 0) as cost,
                   coalesce(sum(w.minutes) filter (where w.cost is null), 0) as uncosted_minutes
              from work_costs w join approved_entries e on e.id = w.entry_id
             where w.project_id = :project_id and w.day <= :on
               and (cast(:line_id as uuid) is null or e.billing_line_id = :line_id)) w,
           (select coalesce(sum(amount), 0) as cost from approved_expenses
             where project_id = :project_id and day <= :on
               and (cast(:line_id as uuid) is null or billing_line_id = :line_id)) x,
           (select count(*) as all, count(*) filter (where reached_on <= :on) as reached from milestones
             where project_id = :project_id
               and (cast(:line_id as uuid) is null or billing_line_id = :line_id)) m
    """
)
PLANNED = text(
    """
    select t.id, t.minutes, c.hourly_cost
      from tasks t
      join projects p on p.id = t.project_id
      left join (select handoff_id, staffing_role, max(hourly_cost) as hourly_cost
                   from handoff_roles group by handoff_id, staffing_role) c
        on c.handoff_id = p.handoff_id and c.staffing_role = t.staffing_role
     where t.project_id = :project_id and t.staffing_role is not null
       and (cast(:line_id as uuid) is null or t.billing_line_id = :line_id)
    """
)


async def facts(work: Work, project_id: UUID, *, currency: str, line_id: UUID | None, on: date) -> Facts:
    """What is known of a project, or of one of its lines, as of a day."""
    values = {"project_id": project_id, "line_id": line_id}
    done = (await work.session.execute(DONE, {**values, "on": on})).one()
    planned = await work.session.execute(PLANNED, values)
    tasks = {row.id: PlannedTask(row.minutes, row.hourly_cost) for row in planned}
    return Facts(currency=currency, tasks=tasks, **done._mapping)


async def is_known(work: Work, measurement_id: UUID) -> bool:
    """Whether there is a measurement with this id."""
    rows = select(measurements.c.id).where(measurements.c.id == measurement_id)
    return await work.session.scalar(rows) is not None


async def keep(
    work: Work, measurement_id: UUID, project_id: UUID, *, asked: Asked, progress: Progress, currency: str
) -> None:
    """Write a measurement down for good."""
    row = {
        "id": measurement_id,
        "project_id": project_id,
        "billing_line_id": asked.billing_line_id,
        "method": asked.method,
        "measured_on": asked.measured_on,
        "fraction_numerator": progress.numerator,
        "fraction_denominator": progress.denominator,
        "cost_to_date": progress.cost_to_date,
        "cost_at_completion": progress.cost_at_completion,
        "currency": currency,
        "reason": asked.reason,
        "measured_by": work.actor.subject,
        "measured_at": work.now,
    }
    await work.session.execute(measurements.insert().values(row))
