"""The allowance for doubtful claims over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.billing.allowances import actions, queries
from services.billing.allowances.model import (
    AllowanceGoesBack,
    AllowanceInFuture,
    AllowancePolicy,
    AllowanceRun,
    NoAllowancePolicy,
    NoSuchAllowanceRun,
    PercentOutOfRange,
)
from services.billing.exchange_rates.model import MissingExchangeRate
from services.billing.legal_entities.model import NoSuchLegalEntity
from services.billing.periods.model import PeriodClosed
from services.billing.receivables.model import BANDS
from shared.actor import NotPermitted
from shared.contracts.base import Amount
from shared.errors import AlreadyExists
from shared.web import Body, Cursor, InWork, Limit, PageOf, View, WorkRoute, refusals

router = APIRouter(tags=["allowance"], route_class=WorkRoute)


class AllowancePolicyBody(Body):
    """What is likely lost of open claims from a day on: the percent of current, 1-30, 31-60, 61-90, 90+ days overdue.

    With `leaves_out_tax` it is reckoned on claims without their tax.
    """

    legal_entity_id: UUID
    starts_on: date
    percents: Annotated[list[Amount], Field(min_length=len(BANDS), max_length=len(BANDS))]
    leaves_out_tax: bool = False


class AllowancePolicyView(View):
    """A policy; of those that start on the same day the one made last counts."""

    id: UUID
    legal_entity_id: UUID
    starts_on: date
    percents: list[Amount]
    leaves_out_tax: bool
    made_by: str
    made_at: datetime


class AllowanceRunBody(Body):
    """Whose allowance is set, by what is open at the end of which day."""

    legal_entity_id: UUID
    as_of: date


class AllowanceRunSummary(View):
    """A run without its figures."""

    id: UUID
    legal_entity_id: UUID
    as_of: date
    policy_id: UUID
    made_by: str
    made_at: datetime


class AllowancePartView(View):
    """The allowance on what is open in one currency and band (0 is current, 4 is 90+ days overdue)."""

    currency: str
    band: int
    open: Amount
    percent: Amount
    allowance: Amount


class AllowanceTotalView(View):
    """What the allowance comes to in one currency, what stood, and the difference that is posted."""

    currency: str
    wanted: Amount
    stood: Amount
    difference: Amount


class AllowanceRunView(AllowanceRunSummary):
    """A run with its figures."""

    parts: list[AllowancePartView]
    totals: list[AllowanceTotalView]


RECKONING = (NotPermitted, NoSuchLegalEntity, NoAllowancePolicy, AllowanceInFuture, AllowanceGoesBack)


@router.put(
    "/allowance-policies/{policy_id}",
    status_code=201,
    responses=refusals(NotPermitted, NoSuchLegalEntity, PercentOutOfRange),
)
async def set_policy(policy_id: UUID, body: AllowancePolicyBody, work: InWork) -> AllowancePolicyView:
    """Say what is likely lost of open claims from a day on."""
    policy = AllowancePolicy(policy_id, made_by=work.actor.subject, made_at=work.now, **body.model_dump())
    await actions.set_allowance_policy(work, policy)
    return AllowancePolicyView.model_validate(policy)


@router.get("/allowance-policies", responses=refusals(NotPermitted))
async def policies(
    work: InWork, legal_entity_id: UUID, cursor: Cursor = None, limit: Limit = 50
) -> PageOf[AllowancePolicyView]:
    """The policies of a legal entity, the latest start first."""
    return PageOf.of(await queries.policies(work, legal_entity_id, cursor=cursor, limit=limit), AllowancePolicyView)


@router.get("/allowance-runs/preview", responses=refusals(*RECKONING))
async def preview(work: InWork, legal_entity_id: UUID, as_of: date) -> AllowanceRunView:
    """What a run would come to now; nothing is kept."""
    return _view(await actions.preview_allowance(work, legal_entity_id, as_of=as_of))


@router.put(
    "/allowance-runs/{allowance_run_id}",
    status_code=201,
    responses=refusals(*RECKONING, AlreadyExists, PeriodClosed, MissingExchangeRate),
)
async def adjust(allowance_run_id: UUID, body: AllowanceRunBody, work: InWork) -> AllowanceRunView:
    """Bring the allowance to what the policy says, by posting the difference to what stands."""
    return _view(await actions.adjust_allowance(work, allowance_run_id, body.legal_entity_id, as_of=body.as_of))


@router.get("/allowance-runs", responses=refusals(NotPermitted))
async def runs(
    work: InWork, legal_entity_id: UUID, cursor: Cursor = None, limit: Limit = 50
) -> PageOf[AllowanceRunSummary]:
    """The runs of a legal entity, the newest first."""
    return PageOf.of(await queries.runs(work, legal_entity_id, cursor=cursor, limit=limit), AllowanceRunSummary)


@router.get("/allowance-runs/{allowance_run_id}", responses=refusals(NotPermitted, NoSuchAllowanceRun))
async def show(allowance_run_id: UUID, work: InWork) -> AllowanceRunView:
    """One run with its figures."""
    return _view(await queries.run(work, allowance_run_id))


def _view(run: AllowanceRun) -> AllowanceRunView:
    return AllowanceRunView.model_validate(run)
