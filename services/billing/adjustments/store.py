"""The table of adjustments, and the statements that adjust and transfer items."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime, Integer, Text, Uuid, text

from services.billing.adjustments.model import AdjustmentKind, Change, Moved, Part
from services.billing.tables import schema
from shared.database import amount, belongs_to, choice, found_by
from shared.work import Work

# Append-only: what an item is worth by now is what it was worth at first and the sum of these. The turn is part of the
# key, so that no two adjustments start from the same worth.
work_adjustments = schema.table(
    "work_adjustments",
    Column("item_id", Uuid, primary_key=True),
    Column("turn", Integer, primary_key=True, autoincrement=False),
    choice("kind", AdjustmentKind),
    amount("amount"),
    Column("minutes", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("adjustment_id", Uuid, nullable=False),
    belongs_to("item_id", "billable_items"),
    found_by("adjustment_id", "item_id", why="everything that was asked at once"),
    append_only=True,
)

CONTRACTS = text("select distinct contract_id from billable_items where id = any(:items) order by 1")

PARTS = text(
    """
    select item.id as item_id, item.contract_id, item.contract_line_id, item.currency,
           (item.minutes is not null or item.overtime_minutes is not null) as is_time,
           item.value - taken.value as value, coalesce(item.billable_minutes, 0) - taken.minutes as minutes,
           item.expense_id is not null or item.rule is not distinct from 'expense' as is_expense, item.cost,
           item.is_billable
             and (item.value is null or item.value <> taken.value
                  or coalesce(item.billable_minutes, 0) <> taken.minutes)
             and taken.drafted = 0 as is_waiting
    from billable_items item
    cross join lateral (
        select coalesce(sum(amount), 0) as value, coalesce(sum(minutes), 0) as minutes,
               count(*) filter (where issued.id is null and kind = 'taken')
                 - count(*) filter (where issued.id is null and kind = 'freed') as drafted
        from allocations left join issued_invoices issued on issued.id = invoice_id
        where item_id = item.id
    ) taken
    where item.id = any(:items)
    order by item.day, item.id
    for update of item
    """
)

ADJUST = text(
    """
    with change as (
        select * from jsonb_to_recordset(cast(:changes as jsonb)) as given (item_id uuid, amount numeric, minutes int)
    ),
    kept as (
        insert into work_adjustments
            (item_id, turn, kind, amount, minutes, reason, made_by, made_at, adjustment_id)
        select item_id, 1 + (select coalesce(max(turn), 0) from work_adjustments before where item_id = change.item_id),
               :kind, amount, minutes, :reason, :made_by, :made_at, :adjustment_id
        from change
    )
    update billable_items item
       set value = coalesce(value, 0) + change.amount, billable_minutes = billable_minutes + change.minutes,
           version = version + 1
      from change where change.item_id = item.id
    """
)

# What is open of an item goes on as an item of the other line. The entry stays with the item that it came as.
TRANSFER = text(
    """
    insert into billable_items
    select (jsonb_populate_record(item, jsonb_build_object(
        'id', moved.new_id, 'transferred_from', coalesce(item.transferred_from, item.id),
        'contract_id', line.contract_id, 'contract_line_id', line.id, 'thread_id', contract.thread_id,
        'entry_id', null, 'entry_version', null, 'corrects_entry_id', null, 'on_top_of', null, 'expense_id', null,
        'version', 1, 'value', moved.value, 'rule', coalesce(moved.rule, item.rule),
        'minutes', case when item.minutes is not null then moved.minutes end,
        'billable_minutes', case when item.minutes is not null then moved.minutes end))).*
    from jsonb_to_recordset(cast(:moved as jsonb))
             as moved (item_id uuid, new_id uuid, value numeric, minutes int, rule text)
    join billable_items item on item.id = moved.item_id
    join contract_lines line on line.id = :line_id
    join contracts contract on contract.id = line.contract_id
    """
)


async def contracts_of(work: Work, item_ids: Sequence[UUID]) -> list[UUID]:
    """The contracts of items, in the order in which they are locked."""
    return list(await work.session.scalars(CONTRACTS, {"items": item_ids}))


async def parts(work: Work, item_ids: Sequence[UUID]) -> list[Part]:
    """What is open of the items, locked until this work ends, by day."""
    await work.session.flush()
    rows = (await work.session.execute(PARTS, {"items": item_ids})).mappings()
    return [Part(**row) for row in rows]


async def adjust(
    work: Work, changes: Sequence[Change], *, kind: AdjustmentKind, adjustment_id: UUID, reason: str
) -> None:
    """Keep the changes and let the items be worth what comes of them."""
    rows: list[Mapping[str, Any]] = [
        {"item_id": str(each.item_id), "amount": str(each.amount), "minutes": each.minutes} for each in changes
    ]
    said = {"kind": kind, "adjustment_id": adjustment_id, "reason": reason}
    made = {"made_by": work.actor.subject, "made_at": work.now}
    await work.session.execute(ADJUST, {"changes": json.dumps(rows), **said, **made})


async def transfer(work: Work, moved: Sequence[Moved], *, line_id: UUID) -> None:
    """Let every open part go on under a new id on a contract line."""
    rows = [
        {
            "item_id": str(part.item_id),
            "new_id": str(part.new_id),
            "value": None if part.value is None else str(part.value),
            "minutes": part.minutes,
            "rule": part.rule,
        }
        for part in moved
    ]
    await work.session.execute(TRANSFER, {"moved": json.dumps(rows), "line_id": line_id})
