"""What deposits read of items and invoices."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Row, text

from services.billing.deposits.model import DEPOSIT_RULE, DRAWDOWN_RULE
from shared.work import Work

# Drawn is what is on drafts and invoices; a draft that is discarded gives it back.
SUMS = text(
    """
    select coalesce(sum(item.value) filter (where item.rule = :deposit), 0) as asked,
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
    where item.contract_id = :contract_id and item.rule in (:deposit, :drawdown)
    """
)
OPEN_NET = text(
    """
    select coalesce(sum(item.value - taken.amount), 0)
    from billable_items item
    cross join lateral (
        select coalesce(sum(amount), 0) as amount from allocations where item_id = item.id) taken
    where item.contract_id = :contract_id and item.day <= :up_to and item.is_billable and item.value is not null
      and item.held_because is null and item.contract_line_id is not null
    """
)
RULES = {"deposit": DEPOSIT_RULE, "drawdown": DRAWDOWN_RULE}


async def sums(work: Work, contract_id: UUID) -> Row[tuple[Decimal, Decimal, Decimal, Decimal]]:
    """What was asked, invoiced and drawn down on a contract, and what of drawdowns is on no draft."""
    await work.session.flush()
    return (await work.session.execute(SUMS, {"contract_id": contract_id, **RULES})).one()


async def open_net(work: Work, contract_id: UUID, *, up_to: date) -> Decimal:
    """What a draft of a contract up to a day would come to, deposits and drawdowns left aside."""
    await work.session.flush()
    return Decimal(await work.session.scalar(OPEN_NET, {"contract_id": contract_id, "up_to": up_to}) or 0)
