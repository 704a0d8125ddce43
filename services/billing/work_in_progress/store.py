"""The tables of billable items and of their allocations to invoice lines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Integer,
    Numeric,
    String,
    Text,
    Uuid,
    column,
    exists,
    func,
    or_,
    select,
    table,
    text,
)

from services.billing.tables import schema
from services.billing.work_in_progress.model import AllocationKind, BillableItem, MadeByRule
from shared.database import amount, belongs_to, choice, found_by, only_one
from shared.work import Work

billable_items = schema.table(
    "billable_items",
    Column("id", Uuid, primary_key=True),
    Column("contract_id", Uuid, nullable=False),
    Column("contract_line_id", Uuid),
    Column("project_id", Uuid, nullable=False),
    Column("thread_id", Uuid, nullable=False),
    Column("entry_id", Uuid),
    Column("entry_version", Integer),
    Column("corrects_entry_id", Uuid),
    Column("milestone_id", Uuid),
    Column("expense_id", Uuid),
    Column("task_id", Uuid),
    Column("person_id", Uuid),
    Column("staffing_role", String),
    Column("day", Date, nullable=False),
    Column("minutes", Integer),
    Column("billable_minutes", Integer),
    Column("transferred_from", Uuid),
    Column("note", Text, nullable=False),
    Column("is_billable", Boolean, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("rate_id", Uuid),
    amount("rate", nullable=True),
    Column("rule", String),
    Column("premium", String),
    amount("premium_percent", nullable=True),
    Column("premium_id", Uuid),
    Column("on_top_of", Uuid),
    Column("overtime_minutes", Integer),
    amount("value", nullable=True),
    amount("cost", nullable=True),
    Column("held_because", Text),
    Column("held_by", String),
    Column("held_at", DateTime(timezone=True)),
    Column("version", Integer, nullable=False),
    belongs_to("contract_id", "contracts"),
    belongs_to("contract_line_id", "contract_lines"),
    belongs_to("rate_id", "rates"),
    belongs_to("transferred_from", "billable_items"),
    belongs_to("premium_id", "premiums"),
    belongs_to("on_top_of", "billable_items"),
    only_one("entry_id", "entry_version"),
    only_one("milestone_id"),
    only_one("expense_id"),
    only_one("contract_line_id", where="milestone_id is not null"),
    found_by("contract_id", "day", "id", why="what a draft takes; recognition of a period"),
    found_by("project_id", "day", "id", why="the work in progress of a project"),
    found_by("day", "id", why="all work in progress, page by page"),
    found_by("contract_id", where="value is null and is_billable", why="what waits for a rate"),
    found_by("contract_id", "rule", where="contract_line_id is null", why="the deposits of a contract"),
    found_by("corrects_entry_id", where="corrects_entry_id is not null", why="what corrects an entry"),
    found_by("on_top_of", where="on_top_of is not null", why="what comes on top of an entry"),
    found_by("transferred_from", where="transferred_from is not null", why="where the hours of an entry went"),
)

# Append-only: an invoice line takes the open part of an item, a discarded draft or a credit frees what was taken,
# all of it or a part. The turn of an item counts up, so that no part can be taken twice, whatever runs at once.
allocations = schema.table(
    "allocations",
    Column("item_id", Uuid, primary_key=True),
    Column("turn", Integer, primary_key=True, autoincrement=False),
    choice("kind", AllocationKind),
    Column("line_id", Uuid, nullable=False),
    Column("invoice_id", Uuid, nullable=False),
    amount("amount"),
    Column("minutes", Integer, nullable=False, server_default="0"),
    belongs_to("item_id", "billable_items"),
    belongs_to("line_id", "invoice_lines"),
    found_by("line_id", "item_id", why="what is behind an invoice line"),
    append_only=True,
)

adjustments = table("work_adjustments", column("item_id", Uuid), column("amount", Numeric))
is_touched = or_(
    exists().where(allocations.c.item_id == billable_items.c.id),
    exists().where(adjustments.c.item_id == billable_items.c.id),
)

schema.map(BillableItem, billable_items, version=billable_items.c.version)

COLUMNS = ", ".join(BillableItem.__dataclass_fields__)
# However many items there are, the statement is the same one, so that it is never compiled again.
ADD_NEW = text(
    f"""
    insert into billable_items ({COLUMNS})
    select {COLUMNS} from jsonb_populate_recordset(cast(null as billable_items), cast(:items as jsonb))
    on conflict (tenant_id, id) do nothing
    returning id
    """  # noqa: S608 - the columns are our own
)
IS_ALL_TAKEN = text(
    """
    select coalesce(item.value, 0) = coalesce(sum(taken.amount), 0)
           and coalesce(item.billable_minutes, 0) = coalesce(sum(taken.minutes), 0)
    from billable_items item left join allocations taken on taken.item_id = item.id
    where item.id = :item_id group by item.value, item.billable_minutes
    """
)

HOLD_ALL = text(
    """
    update billable_items item
       set held_because = cast(:reason as text), version = version + 1,
           held_by = case when cast(:reason as text) is not null then :by end,
           held_at = case when cast(:reason as text) is not null then cast(:at as timestamptz) end
     where id = any(:items) and is_billable and (held_because is null) = (cast(:reason as text) is not null)
       and (cast(:reason as text) is null
            or (coalesce(value, 0), coalesce(billable_minutes, 0)) <>
               (select coalesce(sum(amount), 0), coalesce(sum(minutes), 0) from allocations where item_id = item.id))
    returning id
    """
)


async def add_new(work: Work, items: Sequence[BillableItem]) -> set[UUID]:
    """Keep the `items` that are not here yet, in one statement, and give the ids of those."""
    rows = json.dumps([asdict(item) for item in items], default=str)
    return set(await work.session.scalars(ADD_NEW, {"items": rows}))


async def add(work: Work, item: BillableItem) -> None:
    """Keep a new item that is changed later on."""
    work.session.add(item)
    await work.session.flush()


async def milestone_of_line(work: Work, contract_line_id: UUID) -> UUID | None:
    """The milestone that billed a contract line, if one did."""
    found: UUID | None = await work.session.scalar(
        select(billable_items.c.milestone_id).where(
            billable_items.c.contract_line_id == contract_line_id, billable_items.c.milestone_id.is_not(None)
        )
    )
    return found


async def open_milestones(work: Work, contract_id: UUID) -> Sequence[BillableItem]:
    """The milestones of a contract that nobody adjusted and no invoice or draft ever took."""
    wanted = select(BillableItem).where(
        billable_items.c.contract_id == contract_id, billable_items.c.milestone_id.is_not(None), ~is_touched
    )
    return (await work.session.scalars(wanted.order_by(billable_items.c.id).with_for_update())).all()


async def contracts_of(work: Work, item_ids: Sequence[UUID]) -> set[UUID]:
    """The contracts of items."""
    return set(
        await work.session.scalars(select(billable_items.c.contract_id).where(billable_items.c.id.in_(item_ids)))
    )


async def of_rule(work: Work, contract_line_id: UUID, rule: str) -> list[MadeByRule]:
    """What a rule made on a contract line, in order."""
    await work.session.flush()
    at_first = select(func.coalesce(func.sum(adjustments.c.amount), 0)).where(
        adjustments.c.item_id == billable_items.c.id
    )
    wanted = select(BillableItem, is_touched, billable_items.c.value - at_first.scalar_subquery()).where(
        billable_items.c.contract_line_id == contract_line_id, billable_items.c.rule == rule
    )
    rows = await work.session.execute(wanted.order_by(billable_items.c.day, billable_items.c.id))
    return [MadeByRule(row[0], row[1], Decimal(row[2])) for row in rows]


async def contract_of(work: Work, item_id: UUID) -> UUID | None:
    """The contract of an item, if there is such an item."""
    found: UUID | None = await work.session.scalar(
        select(billable_items.c.contract_id).where(billable_items.c.id == item_id)
    )
    return found


async def get(work: Work, item_id: UUID) -> BillableItem | None:
    """One item, locked until this work ends."""
    found: BillableItem | None = await work.session.scalar(
        select(BillableItem).where(billable_items.c.id == item_id).with_for_update()
    )
    return found


async def hold_all(work: Work, item_ids: Sequence[UUID], *, reason: str | None) -> int:
    """Hold items that are not held, or release held ones where there is no reason; how many that could be done to."""
    made = {"reason": reason, "by": work.actor.subject, "at": work.now}
    return len((await work.session.execute(HOLD_ALL, {"items": item_ids, **made})).all())


async def keep(work: Work) -> None:
    """Write what changed, so that what is read next shows it."""
    await work.session.flush()


async def is_all_taken(work: Work, item_id: UUID) -> bool:
    """Whether nothing of the item waits to be invoiced."""
    return bool(await work.session.scalar(IS_ALL_TAKEN, {"item_id": item_id}))
