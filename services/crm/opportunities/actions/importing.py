"""Taking deals over from another system."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.crm.opportunities import store
from services.crm.opportunities.model import Stage
from services.crm.opportunities.model.history import ImportedDeal
from services.crm.permissions import Permission
from shared.contracts import crm as contract
from shared.work import Work


async def import_deals(work: Work, deals: Sequence[ImportedDeal]) -> None:
    """Take deals over as they were; closed ones are history, and nobody is told that they were won."""
    work.actor.must(Permission.IMPORT_RECORDS)
    stages = {stage.code: stage for stage in await store.pipeline(work)}
    numbers = await store.next_numbers(work, len(deals))
    await store.upsert(work, deals, stages=stages, numbers=numbers)
    for deal in deals:
        work.publish(_changed(deal, stages[deal.stage], deal.is_history(stages)))


async def deals_worked_on_here(work: Work, ids: Sequence[UUID]) -> set[UUID]:
    """Which of these deals were closed or given lines here since they were imported."""
    work.actor.must(Permission.IMPORT_RECORDS)
    return await store.worked_on_here(work, ids)


async def stage_codes(work: Work) -> set[str]:
    """The stages that there are."""
    work.actor.must(Permission.IMPORT_RECORDS)
    return {stage.code for stage in await store.pipeline(work)}


def _changed(deal: ImportedDeal, stage: Stage, is_history: bool) -> contract.OpportunityChanged:
    return contract.OpportunityChanged(
        thread_id=deal.id,
        opportunity_id=deal.id,
        name=deal.name,
        account_id=deal.account_id,
        stage=stage.code,
        forecast_category=stage.forecast_category,
        probability=stage.probability,
        amount=deal.amount,
        currency=deal.currency,
        closes_on=deal.closed_on,
        imported=is_history,
    )
