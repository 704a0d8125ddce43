"""Keeping many deals of another system at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from uuid import UUID

from sqlalchemy import delete, exists, or_, select

from services.crm.opportunities.model import Outcome, Stage, StageEntry
from services.crm.opportunities.model.history import ImportedDeal
from services.crm.opportunities.store.tables import history, lines, opportunities
from services.crm.tables import as_rows, insert_rows
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
CREATED = (*TAKEN_OVER, "id", "number", "next_step", "loss_note", "version")
REPLACED = ", ".join(f"{name} = excluded.{name}" for name in TAKEN_OVER)
UPSERT = insert_rows(
    opportunities,
    CREATED,
    on_conflict=f"on conflict (tenant_id, id) do update set {REPLACED}, version = opportunities.version + 1",
)
INSERT_HISTORY = insert_rows(history, [field.name for field in fields(StageEntry)])


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
    rows = [_row(deal, stages[deal.stage], number) for deal, number in zip(deals, numbers, strict=True)]
    await work.session.execute(UPSERT, as_rows(rows))
    await work.session.execute(delete(history).where(history.c.opportunity_id.in_([deal.id for deal in deals])))
    entries = [asdict(entry) for deal in deals for entry in deal.way(stages)]
    await work.session.execute(INSERT_HISTORY, as_rows(entries))


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
