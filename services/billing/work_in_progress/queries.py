"""Reading work in progress."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    Integer,
    Row,
    Select,
    String,
    Uuid,
    and_,
    case,
    column,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.sql.selectable import LateralFromClause, Subquery

from services.billing.contracts.model import ContractStatus
from services.billing.contracts.store import contracts
from services.billing.customers.store import customers
from services.billing.permissions import Permission
from services.billing.premiums.store import premiums
from services.billing.work_in_progress.model import WAITING, NoSuchItem, State
from services.billing.work_in_progress.store import allocations, billable_items
from shared.database import Page, Sorts, page
from shared.work import Work

item = billable_items.c
issued_invoices = table("issued_invoices", column("id", Uuid))
work_adjustments = table("work_adjustments", column("item_id", Uuid), column("turn", Integer), column("kind", String))


def _allocated() -> LateralFromClause:
    """What was taken of an item and not freed: all of it, and what of that is on issued invoices."""
    taken, is_issued = allocations.c, issued_invoices.c.id.is_not(None)

    def total(summed: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.coalesce(func.sum(summed), 0)

    def billed(summed: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.coalesce(func.sum(summed).filter(is_issued), 0)

    return (
        select(
            total(taken.amount).label("value"),
            total(taken.minutes).label("minutes"),
            billed(taken.amount).label("billed_value"),
            billed(taken.minutes).label("billed_minutes"),
            func.coalesce(func.bool_or(is_issued), false()).label("was_billed"),
            func.array_agg(aggregate_order_by(taken.invoice_id, taken.turn.desc())).label("invoices"),
        )
        .select_from(allocations.outerjoin(issued_invoices, issued_invoices.c.id == taken.invoice_id))
        .where(taken.item_id == item.id)
        .lateral("allocated")
    )


allocated = _allocated()
of = allocated.c
last_adjustment = (
    select(work_adjustments.c.kind)
    .where(work_adjustments.c.item_id == item.id)
    .order_by(work_adjustments.c.turn.desc())
    .limit(1)
    .scalar_subquery()
)
open_value = (func.coalesce(item.value, 0) - of.value).label("open_value")
open_minutes = (func.coalesce(item.billable_minutes, 0) - of.minutes).label("open_minutes")
drafted_value = (of.value - of.billed_value).label("drafted_value")
is_drafted = or_(of.value != of.billed_value, of.minutes != of.billed_minutes)
waits = or_(open_value != 0, open_minutes != 0)
is_billed = or_(of.billed_value != 0, of.billed_minutes != 0)
state: ColumnElement[str] = case(
    (not_(item.is_billable), literal(State.NOT_BILLABLE.value)),
    (is_drafted, literal(State.DRAFTED.value)),
    (and_(waits, item.held_because.is_not(None)), literal(State.HELD.value)),
    (item.value.is_(None), literal(State.UNRATED.value)),
    (and_(waits, is_billed), literal(State.PARTLY_BILLED.value)),
    (and_(waits, of.was_billed), literal(State.CREDITED.value)),
    (is_billed, literal(State.BILLED.value)),
    (and_(not_(waits), last_adjustment.in_(("written_off", "transferred"))), last_adjustment),
    else_=literal(State.OPEN.value),
).label("state")
invoice_id = case((or_(of.value != 0, of.minutes != 0), of.invoices[1])).label("invoice_id")
of_premium = premiums.c.id == item.premium_id
beyond = tuple(
    select(each).where(of_premium).scalar_subquery().label(each.name)
    for each in (premiums.c.counted_by, premiums.c.beyond_minutes)
)
"""What overtime is beyond; asked only where it is shown."""
items = select(billable_items, *beyond, state, open_value, open_minutes, drafted_value, invoice_id).select_from(
    billable_items.join(allocated, literal(True))
)
is_rated = (state != State.UNRATED.value).label("is_rated")


async def one(work: Work, item_id: UUID) -> Row[Any]:
    """One item with its state. Raises NoSuchItem."""
    work.actor.must(Permission.SEE_WORK_IN_PROGRESS)
    found = (await work.session.execute(items.where(item.id == item_id))).one_or_none()
    if found is None:
        raise NoSuchItem()
    return found


async def overtime_of(work: Work, item_id: UUID) -> list[Row[Any]]:
    """What comes on top of the item of an entry, a few steps at most, by the minutes that it is for."""
    work.actor.must(Permission.SEE_WORK_IN_PROGRESS)
    own = (item.id, item.rule, item.note, item.premium_percent, item.overtime_minutes, item.value)
    found = select(*own, *beyond).where(item.on_top_of == item_id)
    return list(await work.session.execute(found.order_by(item.overtime_minutes.desc(), item.id)))


async def listed(
    work: Work,
    *,
    contract_id: UUID | None = None,
    project_id: UUID | None = None,
    states: frozenset[State] = frozenset(),
    is_unrated_first: bool = False,
    cursor: str | None,
    limit: int,
) -> Page[Row[Any]]:
    """Items by day, narrowed by what is given; on wish those without a rate come first."""
    work.actor.must(Permission.SEE_WORK_IN_PROGRESS)
    wanted: Select[Any] = items
    keys: Sequence[Any] = (item.day, item.id)
    if contract_id is not None:
        wanted = wanted.where(item.contract_id == contract_id)
    if project_id is not None:
        wanted = wanted.where(item.project_id == project_id)
    if states:
        wanted = wanted.where(state.in_(sorted(states)))
    if is_unrated_first:
        rows = wanted.add_columns(is_rated).subquery()
        wanted, keys = select(rows), (rows.c.is_rated, rows.c.day, rows.c.id)
    return await page(work.session, wanted, keys=keys, cursor=cursor, limit=limit)


async def fees_waiting(work: Work, contract_id: UUID) -> list[Row[Any]]:
    """What waits to be billed on a contract and has no entry behind it, by day; in full, it is little."""
    work.actor.must(Permission.SEE_WORK_IN_PROGRESS)
    own = (item.id, item.contract_line_id, item.day, item.note)
    fees: Select[Any] = select(*own, open_value).select_from(billable_items.join(allocated, literal(True)))
    waiting = fees.where(item.contract_id == contract_id, item.entry_id.is_(None), item.is_billable, waits)
    return list(await work.session.execute(waiting.order_by(item.day, item.id)))


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


SORTS: Sorts = {"contract": "number", "customer": "customer_name"} | {
    name: name for name in ("unrated", "oldest_on", "open_minutes", "open_value", "held_value", "drafted_value")
}


async def by_contract(work: Work, *, sort: str = "", cursor: str | None, limit: int) -> Page[Row[Any]]:
    """What waits on each contract that has unbilled work: counts, minutes, values, the oldest day; unrated first."""
    work.actor.must(Permission.SEE_WORK_IN_PROGRESS)
    keys = (column("is_rated", Boolean), column("oldest_on", Date), column("id", Uuid))
    rows = select(_by_contract())
    return await page(work.session, rows, keys=keys, cursor=cursor, limit=limit, sort=sort, sorts=SORTS)


@cache
def _by_contract() -> Subquery:
    """What `by_contract` lists; put together once, because that takes longer than to ask it."""
    unbilled = items.where(item.is_billable, or_(waits, is_drafted)).subquery()
    of = unbilled.c

    def total(summed: ColumnElement[Any], *states: State) -> ColumnElement[Any]:
        return func.coalesce(func.sum(summed).filter(of.state.in_(states)), 0)

    counted = (
        select(
            of.contract_id.label("id"),
            func.count().filter(of.state == State.UNRATED.value).label("unrated"),
            total(of.open_value, *WAITING).label("open_value"),
            total(of.open_minutes, *WAITING).label("open_minutes"),
            total(of.open_value, State.HELD).label("held_value"),
            func.sum(of.drafted_value).label("drafted_value"),
            func.min(of.day).label("oldest_on"),
        )
        .group_by(of.contract_id)
        .subquery()
    )
    return (
        select(counted, (counted.c.unrated == 0).label("is_rated"), contracts.c.number, contracts.c.name)
        .add_columns(contracts.c.currency, contracts.c.status, customers.c.name.label("customer_name"))
        .join_from(counted, contracts, contracts.c.id == counted.c.id)
        .join(customers, customers.c.id == contracts.c.customer_id)
        .subquery()
    )


async def ageing(work: Work, today: date) -> list[Ageing]:
    """Open value by age and currency."""
    work.actor.must(Permission.SEE_WORK_IN_PROGRESS)
    age = literal(today) - item.day

    def between(least: int, most: int | None) -> ColumnElement[Decimal]:
        within = age >= least if most is None else (age >= least) & (age <= most)
        return func.coalesce(func.sum(open_value).filter(within), 0)

    wanted = (
        items.with_only_columns(item.currency, between(-36500, 30), between(31, 60), between(61, 90), between(91, None))
        .where(state.in_(tuple(WAITING)))
        .group_by(item.currency)
        .order_by(item.currency)
    )
    return [Ageing(*row) for row in await work.session.execute(wanted)]


async def to_bill(work: Work, before: date) -> Row[Any]:
    """How many active contracts have open work of days before `before`, as `contracts`, and its `oldest_on` day."""
    work.actor.must(Permission.SEE_WORK_IN_PROGRESS)
    waiting = _by_contract().c
    wanted = select(func.count().label("contracts"), func.min(waiting.oldest_on).label("oldest_on"))
    due = (waiting.open_value > 0, waiting.oldest_on < before, waiting.status == ContractStatus.ACTIVE)
    found: Row[Any] = (await work.session.execute(wanted.where(*due))).one()
    return found


async def without_rate(work: Work, *, limit: int) -> Sequence[Row[Any]]:
    """The contracts with work that has no rate: how many `entries`, since which day, the longest first."""
    work.actor.must(Permission.SEE_WORK_IN_PROGRESS)
    waiting = (
        select(
            contracts.c.id,
            contracts.c.number,
            customers.c.name.label("customer_name"),
            func.count().label("entries"),
            func.min(item.day).label("oldest_on"),
        )
        .join_from(billable_items, contracts, contracts.c.id == item.contract_id)
        .join(customers, customers.c.id == contracts.c.customer_id)
        .where(item.value.is_(None), item.is_billable, item.held_because.is_(None))
        .group_by(contracts.c.id, contracts.c.number, customers.c.name)
        .order_by(func.min(item.day), contracts.c.id)
        .limit(limit)
    )
    return (await work.session.execute(waiting)).all()
