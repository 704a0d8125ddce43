"""Keeping many deals of another system at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from uuid import UUID

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.dialects.postgresql import insert

from services.crm.opportunities.model import Outcome, Stage
from services.crm.opportunities.model.history import ImportedDeal
from services.crm.opportunities.store.tables import history, lines, opportunities
from shared.work import Work

TAKEN_OVER = (
    "name",
    "currency",
    "account_id",
    "owner",
    "stage",
    "probability",
    "forecast_category",
    "outcome",
    "amount",
    "closed_on",
    "imported",
)


async def worked_on_here(work: Work, ids: Sequence[UUID]) -> set[UUID]:
    """Which of these deals have been closed or given lines here, so that no import may overwrite them."""
    closed_here = (opportunities.c.outcome != Outcome.OPEN) & ~opportunities.c.imported
    has_lines = exists().where(lines.c.opportunity_id == opportunities.c.id)
    rows = select(opportunities.c.id).where(opportunities.c.id.in_(ids), or_(closed_here, has_lines))
    return set(await work.session.scalars(rows))


async def upsert(
    work: Work, deals: Sequence[ImportedDeal], *, stages: Mapping[str, Stage], numbers: Sequence[str]
) -> None:
    """Keep `deals` with their way through the pipeline; a known one keeps its number."""
    told = insert(opportunities)
    changed = {name: told.excluded[name] for name in TAKEN_OVER}
    rows = [_row(deal, stages[deal.stage], number) for deal, number in zip(deals, numbers, strict=True)]
    await work.session.execute(
        told.on_conflict_do_update(
            index_elements=["tenant_id", "id"], set_=changed | {"version": opportunities.c.version + 1}
        ),
        rows,
    )
    await work.session.execute(delete(history).where(history.c.opportunity_id.in_([deal.id for deal in deals])))
    entries = [asdict(entry) for deal in deals for entry in deal.way(stages)]
    await work.session.execute(insert(history), entries)


def _row(deal: ImportedDeal, stage: Stage, number: str) -> dict[str, object]:
    return {
        "id": deal.id,
        "number": number,
        "name": deal.name,
        "currency": deal.currency,
        "account_id": deal.account_id,
        "owner": deal.owner,
        "stage": stage.code,
        "probability": stage.probability,
        "forecast_category": stage.forecast_category,
        "outcome": stage.outcome,
        "amount": deal.amount,
        "closed_on": deal.closed_on,
        "imported": stage.outcome is not Outcome.OPEN,
        "next_step": "",
        "loss_note": "",
        "version": 1,
    }
