"""Reading opportunities: one's own, or all where the role allows it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, select, true

from services.crm.opportunities import store
from services.crm.opportunities.model import NoSuchOpportunity, Opportunity, Stage
from services.crm.opportunities.store import opportunities
from services.crm.permissions import Permission
from shared.database import Page, page
from shared.work import Work

LISTED = (
    "id",
    "number",
    "name",
    "account_id",
    "owner",
    "stage",
    "probability",
    "forecast_category",
    "amount",
    "currency",
    "closes_on",
    "closed_on",
    "imported",
    "version",
)


def visible(work: Work) -> ColumnElement[bool]:
    """Which opportunities the actor may see: own ones, or all."""
    if work.actor.may(Permission.SEE_ALL_RECORDS):
        return true()
    return opportunities.c.owner == work.actor.subject


async def one(work: Work, opportunity_id: UUID) -> Opportunity:
    """One opportunity that the actor may see; raises NoSuchOpportunity."""
    work.actor.must(Permission.SEE_RECORDS)
    found = await work.session.scalar(select(Opportunity).where(opportunities.c.id == opportunity_id, visible(work)))
    if found is None:
        raise NoSuchOpportunity()
    return found


async def listed(
    work: Work,
    *,
    stage: str | None,
    owner: str | None,
    account_id: UUID | None,
    cursor: str | None,
    limit: int,
) -> Page[Row[Any]]:
    """Opportunities, the newest ids last, narrowed to a stage, an owner or an account."""
    work.actor.must(Permission.SEE_RECORDS)
    rows = select(*(opportunities.c[name] for name in LISTED)).where(visible(work))
    for column, wanted in (("stage", stage), ("owner", owner), ("account_id", account_id)):
        if wanted is not None:
            rows = rows.where(opportunities.c[column] == wanted)
    return await page(work.session, rows, keys=(opportunities.c.id,), cursor=cursor, limit=limit)


async def stages(work: Work) -> list[Stage]:
    """The stages of the pipeline, in order."""
    work.actor.must(Permission.SEE_PRODUCTS)
    return await store.pipeline(work)
