"""Reading work in progress."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Uuid, case, column, exists, func, literal, not_, or_, select, table

from services.billing.permissions import Permission
from services.billing.work_in_progress.model import NoSuchItem, State
from services.billing.work_in_progress.store import allocations, billable_items
from shared.database import Page, page
from shared.work import Work

item = billable_items.c
issued_invoices = table("issued_invoices", column("id", Uuid))

# The last allocation of an item says whether it is on an invoice, and on which one.
last = (
    select(allocations.c.turn, allocations.c.invoice_id)
    .where(allocations.c.item_id == item.id)
    .order_by(allocations.c.turn.desc())
    .limit(1)
    .lateral("last")
)
is_taken = func.coalesce(last.c.turn, 0) % 2 == 1
is_issued = exists().where(issued_invoices.c.id == last.c.invoice_id)
state: ColumnElement[str] = case(
    (not_(item.is_billable), literal(State.NOT_BILLABLE.value)),
    (is_taken & is_issued, literal(State.BILLED.value)),
    (is_taken, literal(State.DRAFTED.value)),
    (item.held_because.is_not(None), literal(State.HELD.value)),
    (item.value.is_(None), literal(State.UNRATED.value)),
    else_=literal(State.OPEN.value),
).label("state")
invoice_id = case((is_taken, last.c.invoice_id)).label("invoice_id")
items = select(billable_items, state, invoice_id).select_from(billable_items.outerjoin(last, literal(True)))


async def one(work: Work, item_id: UUID) -> Row[Any]:
    """One item with its state. Raises NoSuchItem."""
    work.actor.must(Permission.SEE_WORK_IN_PROGRESS)
    found = (await work.session.execute(items.where(item.id == item_id))).one_or_none()
    if found is None:
        raise NoSuchItem()
    return found


async def listed(
    work: Work,
    *,
    contract_id: UUID | None,
    project_id: UUID | None,
    states: frozenset[State],
    cursor: str | None,
    limit: int,
) -> Page[Row[Any]]:
    """Items by day, narrowed by what is given."""
    work.actor.must(Permission.SEE_WORK_IN_PROGRESS)
    wanted = items
    if contract_id is not None:
        wanted = wanted.where(item.contract_id == contract_id)
    if project_id is not None:
        wanted = wanted.where(item.project_id == project_id)
    if states:
        wanted = wanted.where(or_(*(state == one for one in states)))
    return await page(work.session, wanted, keys=(item.day, item.id), cursor=cursor, limit=limit)
