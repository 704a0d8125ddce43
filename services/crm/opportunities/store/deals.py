"""How opportunities and the pipeline are kept."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from sqlalchemy import exists, select, text
from sqlalchemy.dialects.postgresql import insert

from services.crm.opportunities.model import (
    DEFAULT_PIPELINE,
    NoSuchOpportunity,
    NoSuchStage,
    Opportunity,
    Outcome,
    Stage,
)
from services.crm.opportunities.store.tables import opportunities, stages
from shared.reasons import because
from shared.work import Work

NEXT_NUMBERS = text(
    """
    insert into numbers (series, last) values ('opportunity', 1000 + :count)
    on conflict (tenant_id, series) do update set last = numbers.last + :count
    returning last
    """
)


async def get(work: Work, opportunity_id: UUID) -> Opportunity:
    """Load one opportunity and lock it until this work ends; raises NoSuchOpportunity."""
    found: Opportunity | None = await work.session.scalar(
        select(Opportunity)
        .where(opportunities.c.id == opportunity_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NoSuchOpportunity()
    return found


async def is_known(work: Work, opportunity_id: UUID) -> bool:
    """Whether there is an opportunity with this id."""
    return bool(await work.session.scalar(select(exists().where(opportunities.c.id == opportunity_id))))


async def next_numbers(work: Work, count: int = 1) -> list[str]:
    """The next `count` numbers, such as `O-1001`, from a counter that is locked until this work ends."""
    last: int = (await work.session.execute(NEXT_NUMBERS, {"count": count})).scalar_one()
    return [f"O-{number}" for number in range(last - count + 1, last + 1)]


async def pipeline(work: Work) -> list[Stage]:
    """The stages in order; a tenant that has none yet gets those that everybody starts with."""
    found = await _stages(work)
    if found:
        return found
    names = ("code", "name", "position", "probability", "forecast_category", "outcome")
    rows = [dict(zip(names, row, strict=True)) | {"version": 1} for row in DEFAULT_PIPELINE]
    rows = [row | {"probability": Decimal(str(row["probability"]))} for row in rows]
    await work.session.execute(insert(stages).on_conflict_do_nothing(), rows)
    return await _stages(work)


async def stage(work: Work, code: str) -> Stage:
    """One stage of the pipeline by its code; raises NoSuchStage."""
    found = next((one for one in await pipeline(work) if one.code == code), None)
    if found is None:
        raise NoSuchStage(because("The pipeline has no stage %(code)s.", code=code), field="/stage")
    return found


async def closing_stage(work: Work, outcome: Outcome) -> Stage:
    """The stage that a deal is closed in, as won or as lost; raises NoSuchStage."""
    found = next((one for one in await pipeline(work) if one.outcome is outcome), None)
    if found is None:
        raise NoSuchStage(because("The pipeline has no stage for %(outcome)s deals.", outcome=outcome))
    return found


def add(work: Work, opportunity: Opportunity) -> None:
    """Keep a new opportunity."""
    work.session.add(opportunity)


async def _stages(work: Work) -> list[Stage]:
    return list(await work.session.scalars(select(Stage).order_by(stages.c.position, stages.c.code)))
