"""Opportunities over HTTP."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, status

from services.crm.accounts.model import NoSuchAccount, NotYoursToGive
from services.crm.handoffs.model import HandoffNotReturned
from services.crm.opportunities import model, queries
from services.crm.opportunities.actions import (
    change_opportunity,
    close_anew,
    close_as_lost,
    close_as_won,
    create_opportunity,
    drop_line,
    enter_stage,
    plan_services,
    sell_line,
)
from services.crm.opportunities.api.bodies import (
    AnewBody,
    EstimateBody,
    LineBody,
    LostBody,
    OpportunityBody,
    OpportunityChanges,
    StageBody,
    WonBody,
)
from services.crm.opportunities.api.views import OpportunityRow, OpportunityView
from services.crm.opportunities.model import NoSuchOpportunity, OpportunityClosed, OpportunityDetails
from services.crm.permissions import Permission
from services.crm.products.model import NoPrice, NoStandardCost, NoSuchProduct
from services.crm.sales_people.model import SellsNoMore
from shared.actor import NotPermitted
from shared.cursors import BadCursor
from shared.database import LIMIT_DEFAULT
from shared.errors import Stale
from shared.web import Cursor, InWork, Limit, PageOf, WorkRoute, must_match, refusals, set_etag

router = APIRouter(prefix="/opportunities", tags=["opportunities"], route_class=WorkRoute)

OWN = (NotPermitted, NoSuchOpportunity, OpportunityClosed)
TO_WIN = (
    model.DealWithoutAccount,
    model.AccountIncomplete,
    model.DealWithoutLines,
    model.DealWithoutStart,
    model.DealWithoutEnd,
    model.DealWithoutQuote,
    model.DealWithoutEstimate,
    model.DepositAboveAmount,
    model.RetainerBeyondEnd,
    model.ClosedInFuture,
)
MISFITS = (
    model.LineIncomplete,
    model.NotOfThisMethod,
    model.CapBelowNothing,
    model.RetainerWithoutMinutes,
    model.NoMilestoneToRecogniseBy,
)


@router.put(
    "/{opportunity_id}",
    status_code=status.HTTP_201_CREATED,
    responses=refusals(
        NotPermitted,
        NotYoursToGive,
        SellsNoMore,
        NoSuchAccount,
        model.OpportunityExists,
        model.NoSuchStage,
        model.ClosedByItsOwnVerb,
        model.EndsBeforeStart,
        model.BudgetWithoutOrder,
    ),
)
async def create(opportunity_id: UUID, body: OpportunityBody, work: InWork, response: Response) -> OpportunityView:
    """Open a deal under the caller's own id."""
    details = OpportunityDetails(**body.model_dump(exclude={"stage", "amount"}))
    await create_opportunity(work, opportunity_id, details=details, amount=body.amount, stage=body.stage)
    return await _shown(work, opportunity_id, response)


@router.patch(
    "/{opportunity_id}",
    responses=refusals(
        *OWN,
        NotYoursToGive,
        SellsNoMore,
        NoSuchAccount,
        model.AmountFollowsLines,
        model.EndsBeforeStart,
        model.BudgetWithoutOrder,
        Stale,
    ),
)
async def change(
    opportunity_id: UUID, body: OpportunityChanges, request: Request, work: InWork, response: Response
) -> OpportunityView:
    """Change what the body names of a deal that is still as the caller has seen it."""
    seen = await queries.one(work, opportunity_id)
    must_match(request, seen.version)
    details = replace(seen.details, **body.model_dump(exclude_unset=True, exclude={"amount"}))
    await change_opportunity(work, opportunity_id, version=seen.version, details=details, amount=body.amount)
    return await _shown(work, opportunity_id, response)


@router.get("/{opportunity_id}", responses=refusals(NotPermitted, NoSuchOpportunity))
async def show(opportunity_id: UUID, work: InWork, response: Response) -> OpportunityView:
    """One deal with its lines, its estimate and its way through the pipeline."""
    return await _shown(work, opportunity_id, response)


@router.get("", responses=refusals(NotPermitted, BadCursor))
async def find(
    work: InWork,
    *,
    stage: Annotated[str | None, Query(max_length=200)] = None,
    owner: Annotated[str | None, Query(max_length=200)] = None,
    account_id: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> PageOf[OpportunityRow]:
    """Deals, narrowed to a stage, an owner or an account."""
    found = await queries.listed(work, stage=stage, owner=owner, account_id=account_id, cursor=cursor, limit=limit)
    return PageOf[OpportunityRow].of(found, OpportunityRow)


@router.put(
    "/{opportunity_id}/lines/{line_id}",
    status_code=status.HTTP_201_CREATED,
    responses=refusals(*OWN, NoSuchProduct, NoPrice, *MISFITS),
)
async def add_line(
    opportunity_id: UUID, line_id: UUID, body: LineBody, work: InWork, response: Response
) -> OpportunityView:
    """Add a line under the caller's own id; the amount of the deal follows."""
    await sell_line(work, opportunity_id, line_id, details=body.details())
    return await _shown(work, opportunity_id, response)


@router.delete("/{opportunity_id}/lines/{line_id}", responses=refusals(*OWN, model.NoSuchLine))
async def remove_line(opportunity_id: UUID, line_id: UUID, work: InWork, response: Response) -> OpportunityView:
    """Take a line out; the amount of the deal follows. A changed line is a new one with its own id."""
    await drop_line(work, opportunity_id, line_id)
    return await _shown(work, opportunity_id, response)


@router.post("/{opportunity_id}/estimate", responses=refusals(*OWN, model.NoSuchLine, NoPrice, NoStandardCost))
async def estimate(opportunity_id: UUID, body: EstimateBody, work: InWork, response: Response) -> OpportunityView:
    """Replace the services estimate."""
    await plan_services(work, opportunity_id, roles=body.planned())
    return await _shown(work, opportunity_id, response)


@router.post("/{opportunity_id}/stage", responses=refusals(*OWN, model.NoSuchStage, model.ClosedByItsOwnVerb))
async def move(opportunity_id: UUID, body: StageBody, work: InWork, response: Response) -> OpportunityView:
    """Move a deal into another open stage."""
    await enter_stage(work, opportunity_id, stage=body.stage)
    return await _shown(work, opportunity_id, response)


@router.post("/{opportunity_id}/close-as-won", responses=refusals(*OWN, *TO_WIN))
async def win(opportunity_id: UUID, body: WonBody, work: InWork, response: Response) -> OpportunityView:
    """Close a deal as won; delivery, resourcing and billing begin from here."""
    await close_as_won(
        work,
        opportunity_id,
        closed_on=body.closed_on,
        quote_reference=body.quote_reference,
        override_reason=body.override_reason,
    )
    return await _shown(work, opportunity_id, response)


@router.post("/{opportunity_id}/close-anew", responses=refusals(*OWN, HandoffNotReturned, *TO_WIN))
async def win_anew(opportunity_id: UUID, body: AnewBody, work: InWork, response: Response) -> OpportunityView:
    """Hand a deal that delivery returned over once more, with whatever was put right; delivery decides again."""
    await close_anew(
        work,
        opportunity_id,
        correction=body.correction,
        quote_reference=body.quote_reference,
        override_reason=body.override_reason,
    )
    return await _shown(work, opportunity_id, response)


@router.post("/{opportunity_id}/close-as-lost", responses=refusals(*OWN, model.ClosedInFuture))
async def lose(opportunity_id: UUID, body: LostBody, work: InWork, response: Response) -> OpportunityView:
    """Close a deal as lost, for a coded reason."""
    await close_as_lost(work, opportunity_id, reason=body.reason, note=body.note, closed_on=body.closed_on)
    return await _shown(work, opportunity_id, response)


async def _shown(work: InWork, opportunity_id: UUID, response: Response) -> OpportunityView:
    opportunity = await queries.one(work, opportunity_id)
    set_etag(response, opportunity.version)
    return OpportunityView.of(opportunity, with_cost=work.actor.may(Permission.SEE_COSTS))
