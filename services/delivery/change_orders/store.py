"""How change orders are kept; what was approved is written once more, in rows that never change."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, String, Uuid, func, select, text
from sqlalchemy.orm import composite

from services.delivery.change_orders.model.effect import Standing
from services.delivery.change_orders.model.lines import ChangedLine, SoldLine
from services.delivery.change_orders.model.order import Answer, ChangeOrder, ChangeOrderState, NoSuchChangeOrder, Terms
from services.delivery.tables import schema
from services.delivery.templates.model.rules import BillingMethod
from shared.database import amount, belongs_to, choice, found_by, only_one
from shared.money import Money
from shared.work import Work


def _what_changes() -> tuple[Column[Any], ...]:
    """What a change says of a line, asked for or approved."""
    return (
        Column("description", String, nullable=False),
        choice("method", BillingMethod),
        amount("amount_delta"),
        Column("minutes_delta", Integer),
        amount("cap_delta", nullable=True),
        Column("product", String, nullable=False),
        Column("staffing_role", String),
        amount("hourly_rate", nullable=True),
    )


change_orders = schema.table(
    "change_orders",
    Column("id", Uuid, primary_key=True),
    Column("project_id", Uuid, nullable=False),
    Column("number", String, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("title", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("new_ends_before", Date),
    choice("state", ChangeOrderState),
    Column("submitted_by", String),
    Column("submitted_at", DateTime(timezone=True)),
    Column("client_approver", String),
    Column("answered_on", Date),
    Column("rejection_reason", String),
    Column("version", Integer, nullable=False),
    belongs_to("project_id", "projects"),
    only_one("number"),
    found_by("project_id", "id", why="the change orders of a project"),
)
lines = schema.table(
    "change_order_lines",
    Column("change_order_id", Uuid, primary_key=True),
    Column("line_id", Uuid, primary_key=True),
    Column("position", Integer, nullable=False),
    *_what_changes(),
    amount("hourly_cost", nullable=True),
    Column("is_new", Boolean, nullable=False),
    belongs_to("change_order_id", "change_orders"),
)
approved_changes = schema.table(
    "approved_changes",
    Column("change_order_id", Uuid, primary_key=True),
    Column("line_id", Uuid, primary_key=True),
    Column("project_id", Uuid, nullable=False),
    *_what_changes(),
    amount("cost_delta"),
    belongs_to("change_order_id", "change_orders"),
    found_by("project_id", why="what is sold on a project now"),
    append_only=True,
)
KEPT = tuple(name for name in approved_changes.c.keys() if name in lines.c)

schema.map(ChangedLine, lines)
schema.map(
    ChangeOrder,
    change_orders,
    version=change_orders.c.version,
    properties={
        "terms": composite(
            Terms,
            change_orders.c.title,
            change_orders.c.reason,
            change_orders.c.effective_on,
            change_orders.c.new_ends_before,
        ),
        "answer": composite(
            Answer,
            change_orders.c.client_approver,
            change_orders.c.answered_on,
            change_orders.c.rejection_reason,
        ),
        "lines": schema.parts(ChangedLine, lines, of=change_orders, by="change_order_id", order_by=lines.c.position),
    },
)

SOLD = text(
    """
    select line_id, max(description) as description, max(method) as method, max(product) as product,
           max(staffing_role) as staffing_role, max(hourly_rate) as hourly_rate,
           sum(amount) as amount, cast(sum(minutes) as integer) as minutes, sum(cap) as cap
      from (select l.id as line_id, l.description, l.method, l.product, l.staffing_role, l.hourly_rate,
                   l.amount, l.minutes, l.cap
              from projects p join handoff_lines l on l.handoff_id = p.handoff_id where p.id = :project_id
            union all
            select line_id, description, method, product, staffing_role, hourly_rate,
                   amount_delta, minutes_delta, cap_delta
              from approved_changes where project_id = :project_id) known
     group by line_id order by line_id
    """
)
STANDING = text(
    """
    select (select coalesce(sum(r.minutes), 0) from baseline_roles r where r.baseline_id = b.id)
             + coalesce(c.minutes, 0) as minutes,
           p.price, b.cost + coalesce(c.cost, 0) as cost, p.currency, p.ends_before
      from projects p
      join baselines b on b.project_id = p.id
      cross join (select sum(minutes_delta) as minutes, sum(cost_delta) as cost
                    from approved_changes where project_id = :project_id) c
     where p.id = :project_id
    """
)
COSTS = text(
    """
    select r.staffing_role, max(r.hourly_cost) as hourly_cost
      from projects p join handoff_roles r on r.handoff_id = p.handoff_id
     where p.id = :project_id group by r.staffing_role
    """
)


async def find(work: Work, change_order_id: UUID) -> ChangeOrder | None:
    """Load a change order, if there is one, and lock it until this work ends."""
    rows = select(ChangeOrder).where(change_orders.c.id == change_order_id).with_for_update()
    found: ChangeOrder | None = await work.session.scalar(rows)
    return found


async def read(work: Work, change_order_id: UUID) -> ChangeOrder:
    """Load a change order to look at it."""
    found = await work.session.scalar(select(ChangeOrder).where(change_orders.c.id == change_order_id))
    if found is None:
        raise NoSuchChangeOrder()
    return found


async def project_of(work: Work, change_order_id: UUID) -> UUID:
    """The project that a change order is about."""
    rows = select(change_orders.c.project_id).where(change_orders.c.id == change_order_id)
    project_id: UUID | None = await work.session.scalar(rows)
    if project_id is None:
        raise NoSuchChangeOrder()
    return project_id


async def count(work: Work, project_id: UUID) -> int:
    """How many change orders a project has, which is locked."""
    rows = select(func.count()).select_from(change_orders).where(change_orders.c.project_id == project_id)
    return await work.session.scalar(rows) or 0


def add(work: Work, order: ChangeOrder) -> None:
    """Keep a new change order."""
    work.session.add(order)


async def clear(work: Work, order: ChangeOrder) -> None:
    """Take the lines of a draft out, so that others can take their places."""
    order.lines = []
    await work.session.flush()


async def keep_approved(work: Work, order: ChangeOrder) -> None:
    """Write down for good what was approved."""
    rows = [
        {
            **{name: getattr(line, name) for name in KEPT if name != "tenant_id"},
            "project_id": order.project_id,
            "cost_delta": line.cost_delta(order.currency).amount,
        }
        for line in order.lines
    ]
    if rows:
        await work.session.execute(approved_changes.insert(), rows)


async def sold_lines(work: Work, project_id: UUID) -> dict[UUID, SoldLine]:
    """What is sold on a project now, by line."""
    rows = await work.session.execute(SOLD, {"project_id": project_id})
    lines = [SoldLine(**{**row._mapping, "method": BillingMethod(row.method)}) for row in rows]
    return {line.line_id: line for line in lines}


async def standing(work: Work, project_id: UUID) -> Standing:
    """What a project comes to with everything that was approved."""
    row = (await work.session.execute(STANDING, {"project_id": project_id})).one()
    price, cost = Money(row.price, row.currency), Money(row.cost, row.currency)
    return Standing(int(row.minutes), price, cost, row.ends_before)


async def hourly_costs(work: Work, project_id: UUID) -> dict[str, Decimal]:
    """What an hour of each staffing role was sold to cost."""
    rows = await work.session.execute(COSTS, {"project_id": project_id})
    return {row.staffing_role: row.hourly_cost for row in rows}
