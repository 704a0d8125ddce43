"""What people see of change orders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select, table
from sqlalchemy.sql import column

from services.delivery.change_orders import store
from services.delivery.change_orders.model.effect import Standing, with_change
from services.delivery.change_orders.model.lines import SoldLine
from services.delivery.change_orders.model.order import ChangeOrder, ChangeOrderState, NoSuchChangeOrder
from services.delivery.change_orders.store import change_orders, lines
from services.delivery.projects.queries import projects_with_visible_margin, visible_margin
from services.delivery.projects.store.plans import NoSuchProject
from shared.database import Page, page
from shared.work import Work

projects = table("projects", column("id"), column("name"))


@dataclass(frozen=True)
class Effect:
    """What the project comes to without a change order and with it; once it is decided on, as it stands now."""

    before: Standing
    after: Standing


async def list_change_orders(work: Work, project_id: UUID, *, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """The change orders of a project whose margin one may see, with what each changes the price by."""
    await visible_margin(work, project_id)
    rows = _rows().where(change_orders.c.project_id == project_id)
    return await page(work.session, rows, keys=(change_orders.c.id,), cursor=cursor, limit=limit)


async def latest_change_orders(
    work: Work, *, state: ChangeOrderState | None, cursor: str | None, limit: int
) -> Page[Row[Any]]:
    """The change orders of all projects whose margin one may see, the newest first."""
    rows = _rows().where(change_orders.c.project_id.in_(projects_with_visible_margin(work)))
    if state is not None:
        rows = rows.where(change_orders.c.state == state)
    return await page(work.session, rows, keys=(change_orders.c.id,), cursor=cursor, limit=limit, descending=True)


def _rows() -> Select[Any]:
    """Change orders with their project and what each changes the price by."""
    amount = select(func.coalesce(func.sum(lines.c.amount_delta), 0)).where(
        lines.c.change_order_id == change_orders.c.id
    )
    rows = select(change_orders, projects.c.name.label("project_name"), amount.scalar_subquery().label("amount_delta"))
    return rows.join(projects, projects.c.id == change_orders.c.project_id)


async def get_change_order(work: Work, change_order_id: UUID) -> ChangeOrder:
    """One change order with its lines."""
    order = await store.read(work, change_order_id)
    try:
        await visible_margin(work, order.project_id)
    except NoSuchProject:
        raise NoSuchChangeOrder() from None
    return order


async def effect(work: Work, change_order_id: UUID) -> Effect:
    """What a change order does to hours, price, cost, margin and end of its project, before anybody agrees to it."""
    order = await get_change_order(work, change_order_id)
    now = await store.standing(work, order.project_id)
    decided = order.state in (ChangeOrderState.APPROVED, ChangeOrderState.REJECTED)
    return Effect(now, now if decided else with_change(now, order))


async def sold_lines(work: Work, project_id: UUID) -> dict[UUID, SoldLine]:
    """What is sold on a project now, by line; whoever asks may see the project."""
    return await store.sold_lines(work, project_id)
