"""What deposits read of items and invoices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text

from services.billing.deposits.model import DEPOSIT_RULE, DRAWDOWN_RULE, Advance
from shared.work import Work

# Drawn is what is on drafts and invoices; a draft that is discarded gives it back.
SUMS = text(
    """
    select item.contract_id, coalesce(sum(item.value) filter (where item.rule = :deposit), 0) as asked,
           coalesce(sum(taken.issued) filter (where item.rule = :deposit), 0) as invoiced,
           -coalesce(sum(taken.amount) filter (where item.rule = :drawdown), 0) as drawn,
           coalesce(sum(item.value - taken.amount) filter (where item.rule = :drawdown), 0) as open_drawdown
    from billable_items item
    cross join lateral (
        select coalesce(sum(amount), 0) as amount,
               coalesce(sum(amount) filter (where issued.id is not null), 0) as issued
        from allocations left join issued_invoices issued on issued.id = invoice_id
        where item_id = item.id
    ) taken
    where item.contract_id = any(:contracts) and item.rule in (:deposit, :drawdown)
    group by item.contract_id
    """
)
OPEN_NETS = text(
    """
    select item.contract_id, sum(item.value - taken.amount)
    from billable_items item
    join contract_lines line on line.id = item.contract_line_id
    cross join lateral (
        select coalesce(sum(amount), 0) as amount from allocations where item_id = item.id) taken
    where (cast(:method as text) is null or line.method = :method)
      and item.contract_id = any(:contracts) and item.day <= :up_to and item.is_billable and item.value is not null
      and item.held_because is null
    group by item.contract_id
    """
)
RULES = {"deposit": DEPOSIT_RULE, "drawdown": DRAWDOWN_RULE}


async def sums(work: Work, contract_ids: Sequence[UUID]) -> dict[UUID, Advance]:
    """What was asked, invoiced and drawn down on those of the contracts that have a deposit."""
    await work.session.flush()
    rows = await work.session.execute(SUMS, {"contracts": list(contract_ids), **RULES})
    return {row.contract_id: Advance(row.asked, row.invoiced, row.drawn, row.open_drawdown) for row in rows}


async def open_nets(
    work: Work, contract_ids: Sequence[UUID], *, up_to: date, method: str | None
) -> dict[UUID, Decimal]:
    """What a draft of each contract up to a day, of one method or all, would come to, deposits left aside."""
    await work.session.flush()
    rows = await work.session.execute(OPEN_NETS, {"contracts": list(contract_ids), "up_to": up_to, "method": method})
    return {row[0]: Decimal(row[1]) for row in rows}
