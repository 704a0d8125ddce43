"""Reading work in progress."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    Row,
    Uuid,
    case,
    column,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    table,
)

from services.billing.contracts.store import contracts
from services.billing.customers.store import customers
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
    contract_id: UUID | None = None,
    project_id: UUID | None = None,
    states: frozenset[State] = frozenset(),
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


@dataclass(frozen=True)
class Ageing:
    """Open value of one currency by how many days ago the work was done."""

    currency: str
    up_to_30: Decimal
    up_to_60: Decimal
    up_to_90: Decimal
    older: Decimal

    @property
    def total(self) -> Decimal:
        """All of it."""
        return self.up_to_30 + self.up_to_60 + self.up_to_90 + self.older


async def by_contract(work: Work, *, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """What waits on each contract that has unbilled work: counts, minutes, values, the oldest day; unrated first."""
    work.actor.must(Permission.SEE_WORK_IN_PROGRESS)
    unbilled = items.where(item.is_billable, not_(is_taken & is_issued)).subquery()
    of = unbilled.c
    counted = (
        select(
            of.contract_id.label("id"),
            func.count().filter(of.state == State.UNRATED.value).label("unrated"),
            func.coalesce(func.sum(of.value).filter(of.state == State.OPEN.value), 0).label("open_value"),
            func.coalesce(func.sum(of.minutes).filter(of.state == State.OPEN.value), 0).label("open_minutes"),
            func.coalesce(func.sum(of.value).filter(of.state == State.HELD.value), 0).label("held_value"),
            func.coalesce(func.sum(of.value).filter(of.state == State.DRAFTED.value), 0).label("drafted_value"),
            func.min(of.day).label("oldest_on"),
        )
        .group_by(of.contract_id)
        .subquery()
    )
    rows = (
        select(counted, (counted.c.unrated == 0).label("is_rated"), contracts.c.number, contracts.c.name)
        .add_columns(contracts.c.currency, contracts.c.status, customers.c.name.label("customer_name"))
        .join_from(counted, contracts, contracts.c.id == counted.c.id)
        .join(customers, customers.c.id == contracts.c.customer_id)
        .subquery()
    )
    keys = (column("is_rated", Boolean), column("oldest_on", Date), column("id", Uuid))
    return await page(work.session, select(rows), keys=keys, cursor=cursor, limit=limit)


async def ageing(work: Work, today: date) -> list[Ageing]:
    """Open value by age and currency."""
    work.actor.must(Permission.SEE_WORK_IN_PROGRESS)
    age = literal(today) - item.day

    def between(least: int, most: int | None) -> ColumnElement[Decimal]:
        within = age >= least if most is None else (age >= least) & (age <= most)
        return func.coalesce(func.sum(item.value).filter(within), 0)

    wanted = (
        items.with_only_columns(item.currency, between(-36500, 30), between(31, 60), between(61, 90), between(91, None))
        .where(state == State.OPEN.value)
        .group_by(item.currency)
        .order_by(item.currency)
    )
    return [Ageing(*row) for row in await work.session.execute(wanted)]
