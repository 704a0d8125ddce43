"""Writing a deal down and moving it through the pipeline."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from services.crm.accounts.actions import visible_account
from services.crm.accounts.model import owner_for
from services.crm.opportunities import store
from services.crm.opportunities.actions.events import changed
from services.crm.opportunities.model import (
    ForecastCategory,
    NoSuchOpportunity,
    Opportunity,
    OpportunityDetails,
    OpportunityExists,
    Stage,
)
from services.crm.permissions import Permission
from services.crm.sales_people.actions import must_sell
from shared.errors import Stale
from shared.work import Work


async def create_opportunity(
    work: Work, opportunity_id: UUID, *, details: OpportunityDetails, amount: Decimal, stage: str
) -> Opportunity:
    """Open a deal in `stage`; it is the actor's own unless a sales manager gives it to somebody."""
    work.actor.must(Permission.CHANGE_RECORDS)
    if await store.is_known(work, opportunity_id):
        raise OpportunityExists()
    if details.account_id is not None:
        await visible_account(work, details.account_id)
    may_give = work.actor.may(Permission.CHANGE_ALL_RECORDS)
    details = replace(details, owner=owner_for(work.actor, details.owner, may_give=may_give))
    await must_sell(work, details.owner)
    first = await store.stage(work, stage)
    (number,) = await store.next_numbers(work)
    opportunity = Opportunity(
        id=opportunity_id,
        number=number,
        details=details,
        stage=first.code,
        probability=first.probability,
        forecast_category=first.forecast_category,
        outcome=first.outcome,
        amount=amount,
    )
    opportunity.enter(first, on=work.now.date(), by=work.actor.subject)
    store.add(work, opportunity)
    work.publish(changed(opportunity))
    return opportunity


async def change_opportunity(
    work: Work, opportunity_id: UUID, *, version: int, details: OpportunityDetails, amount: Decimal | None = None
) -> Opportunity:
    """Replace what is written down about a deal that is still at `version`."""
    opportunity = await own_opportunity(work, opportunity_id)
    if opportunity.version != version:
        raise Stale()
    before = opportunity.details
    if details.account_id is not None and details.account_id != before.account_id:
        await visible_account(work, details.account_id)
    if details.owner != before.owner:
        may_give = work.actor.may(Permission.CHANGE_ALL_RECORDS)
        details = replace(details, owner=owner_for(work.actor, details.owner, may_give=may_give))
        await must_sell(work, details.owner)
    opportunity.describe(details, amount)
    work.publish(changed(opportunity))
    return opportunity


async def enter_stage(work: Work, opportunity_id: UUID, *, stage: str) -> Opportunity:
    """Move a deal into another open stage; the history keeps the probability it has there."""
    opportunity = await own_opportunity(work, opportunity_id)
    opportunity.enter(await store.stage(work, stage), on=work.now.date(), by=work.actor.subject)
    work.publish(changed(opportunity))
    return opportunity


async def own_opportunity(work: Work, opportunity_id: UUID) -> Opportunity:
    """The opportunity, locked, if the actor may change it; raises NoSuchOpportunity."""
    work.actor.must(Permission.CHANGE_RECORDS)
    opportunity = await store.get(work, opportunity_id)
    if opportunity.details.owner != work.actor.subject and not work.actor.may(Permission.CHANGE_ALL_RECORDS):
        raise NoSuchOpportunity()
    return opportunity


async def change_stage_weight(
    work: Work, code: str, *, probability: Decimal, forecast_category: ForecastCategory
) -> Stage:
    """Say how likely deals that enter this stage from now on are won, and how they count in the forecast."""
    work.actor.must(Permission.CHANGE_PRODUCTS)
    stage = await store.stage(work, code)
    stage.weigh(probability, forecast_category)
    return stage
