"""What caps read of work, and which of their thresholds were announced."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Column, Integer, Uuid, text
from sqlalchemy.dialects.postgresql import insert

from services.billing.caps.model import OpenWork
from services.billing.tables import schema, written_down
from shared.database import amount, belongs_to
from shared.work import Work

# Each threshold of a line is announced once for each cap it ever has.
cap_thresholds = schema.table(
    "cap_thresholds",
    Column("contract_line_id", Uuid, primary_key=True),
    Column("cap", amount("cap").type, primary_key=True),
    Column("percent", Integer, primary_key=True, autoincrement=False),
    amount("recorded"),
    belongs_to("contract_line_id", "contract_lines"),
    append_only=True,
)

# What was written down comes off what was recorded only where it was billed so.
SUMS = text(
    f"""
    select coalesce(sum(item.value - capped.amount), 0) as recorded, coalesce(sum(taken.amount), 0) as billed
    from billable_items item
    cross join lateral (
        select coalesce(sum(amount), 0) as amount from allocations where item_id = item.id) taken
    {written_down()}
    where item.contract_id = :contract_id and item.contract_line_id = :line_id and item.is_billable
      and item.value is not null and item.day <= :up_to
    """  # noqa: S608 - put together from constants
)

# An item that is on no invoice may be worth again what it was worth before the cap; of one that is, the rest may not.
OPEN = text(
    f"""
    select item.id, item.value - taken.amount as value,
           case when taken.amount = 0 then item.value - capped.amount else item.value - taken.amount end as uncapped
    from billable_items item
    cross join lateral (
        select coalesce(sum(amount), 0) as amount from allocations where item_id = item.id) taken
    {written_down()}
    where item.contract_id = :contract_id and item.contract_line_id = :line_id and item.is_billable
      and item.value is not null and item.held_because is null and item.day <= :up_to
      and (item.value <> taken.amount or capped.amount <> 0 and taken.amount = 0)
    order by item.day, item.id
    """  # noqa: S608 - put together from constants
)


async def sums(work: Work, contract_id: UUID, line_id: UUID, *, up_to: date = date.max) -> tuple[Decimal, Decimal]:
    """What was recorded on a line up to a day, whatever its cap, and what of it is on invoices and drafts."""
    await work.session.flush()
    row = (await work.session.execute(SUMS, {"contract_id": contract_id, "line_id": line_id, "up_to": up_to})).one()
    return Decimal(row.recorded), Decimal(row.billed)


async def open_work(work: Work, contract_id: UUID, line_id: UUID, *, up_to: date) -> list[OpenWork]:
    """What is open on a line up to a day, the oldest first."""
    await work.session.flush()
    rows = await work.session.execute(OPEN, {"contract_id": contract_id, "line_id": line_id, "up_to": up_to})
    return [OpenWork(row.id, Decimal(row.uncapped), Decimal(row.value)) for row in rows]


async def note_reached(
    work: Work, line_id: UUID, *, cap: Decimal, percents: Sequence[int], recorded: Decimal
) -> list[int]:
    """Keep which thresholds were reached, and give those that are news."""
    if not percents:
        return []
    rows = [{"contract_line_id": line_id, "cap": cap, "percent": percent, "recorded": recorded} for percent in percents]
    new = insert(cap_thresholds).values(rows).on_conflict_do_nothing().returning(cap_thresholds.c.percent)
    return sorted(await work.session.scalars(new))
