"""Open work to bill, as much as is asked for: sold, taken over and approved the product's own way, then multiplied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import bindparam, text

from deploy.bench.larger import Firm, accepted, sheets
from deploy.bench.setting import heard, won
from services.billing.contracts.model import contract_id_of
from services.billing.service import service as billing
from services.billing.work_in_progress.model import BillableItem
from shared.contracts.crm import OpportunityClosedWon
from shared.ids import new_id

AT_ONCE = 12  # projects
A_YEAR = 365

# Approving a million entries would take longer than billing them, and is measured elsewhere.
_KEPT = ", ".join(name for name in BillableItem.__dataclass_fields__ if name not in ("id", "entry_id", "day"))
MULTIPLY = text(
    f"""
    insert into billable_items (id, entry_id, day, {_KEPT})
    select gen_random_uuid(), gen_random_uuid(), item.day + number % :days, {_KEPT}
    from billable_items item cross join generate_series(1, :times) number
    where item.entry_id = any(:entries)
    """  # noqa: S608 - the columns are our own
).bindparams(bindparam("days", A_YEAR))


async def sold(firm: Firm, projects: int) -> list[OpportunityClosedWon]:
    """That many won deals, taken over: a contract each."""
    deals = [won(new_id()) for _ in range(projects)]
    for some in _by_the_dozen(deals):
        await heard(billing, firm.database, [*some, *map(accepted, some)])
    return deals


async def worked(firm: Firm, deals: Sequence[OpportunityClosedWon], entries: int) -> list[UUID]:
    """Have `entries` approved on each deal that wait to be billed; gives the contracts."""
    for some in _by_the_dozen(deals):
        first = [sheet for deal in some for sheet in sheets(deal, 1)]
        await heard(billing, firm.database, first)
        like = [entry.entry_id for sheet in first for entry in sheet.entries]
        async with firm.work("clerk") as work:
            await work.session.execute(MULTIPLY, {"entries": like, "times": entries - 1})
    return [contract_id_of(deal.opportunity_id) for deal in deals]


def _by_the_dozen(deals: Sequence[OpportunityClosedWon]) -> Iterator[Sequence[OpportunityClosedWon]]:
    for start in range(0, len(deals), AT_ONCE):
        yield deals[start : start + AT_ONCE]
