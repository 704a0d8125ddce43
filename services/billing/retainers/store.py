"""What retainers read of contracts and of the time worked on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import text

from services.billing.retainers.model import RETAINER_RULE, RetainerLine, RetainerMonth, balances, by_month
from shared.work import Work

WORKED = text(
    """
    select day, sum(minutes) as minutes from billable_items
    where contract_id = :contract_id and contract_line_id = :line_id and entry_id is not null and is_billable
    group by day
    """
)

# A few at a time, so that no step of the job takes long.
CONTRACTS = text(
    """
    select id from contracts
    where status = 'active' and id > :after
      and exists (select from contract_lines where contract_id = contracts.id and method = 'retainer')
    order by id limit :limit
    """
)

BILLED_UP_TO = text("select max(day) from billable_items where contract_id = :contract_id and rule = :rule")


async def billed_up_to(work: Work, contract_id: UUID) -> date | None:
    """The day from which the last month counts that was billed on a contract."""
    found: date | None = await work.session.scalar(BILLED_UP_TO, {"contract_id": contract_id, "rule": RETAINER_RULE})
    return found


async def months(work: Work, contract_id: UUID, line: RetainerLine) -> list[RetainerMonth]:
    """All months of a retainer, those to come as well, with the billable minutes worked in each."""
    rows = await work.session.execute(WORKED, {"contract_id": contract_id, "line_id": line.id})
    return balances(by_month(line.months, {row.day: row.minutes for row in rows}), line)


async def contracts_after(work: Work, after: UUID, *, limit: int) -> Sequence[UUID]:
    """The next active contracts with a retainer, by id."""
    return (await work.session.scalars(CONTRACTS, {"after": after, "limit": limit})).all()
