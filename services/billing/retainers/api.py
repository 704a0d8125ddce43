"""Retainers over HTTP."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from fastapi import APIRouter

from services.billing.contracts.model import ContractNotActive, NoSuchContract
from services.billing.retainers import queries
from services.billing.retainers.actions import bill_retainers
from shared.actor import NotPermitted
from shared.contracts.base import Amount
from shared.web import Body, InWork, View, WorkRoute, refusals

router = APIRouter(prefix="/contracts", tags=["retainers"], route_class=WorkRoute)


class UpToBody(Body):
    """The day up to which months that begin are billed; without it, today. A later day bills in advance."""

    up_to: date | None = None


class MonthView(View):
    """What became of the minutes of one month."""

    starts_on: date
    last_day: date
    fee: Amount
    granted: int
    carried_in: int
    worked: int
    used: int
    overage: int
    expired: int
    carried_out: int


class RetainerView(View):
    """One retainer line with its months, those to come as well."""

    line_id: UUID
    description: str
    currency: str
    overage_rate: Amount | None
    months: list[MonthView]


@router.post("/{contract_id}/retainers", responses=refusals(NotPermitted, NoSuchContract, ContractNotActive))
async def bill(contract_id: UUID, body: UpToBody, work: InWork) -> list[RetainerView]:
    """Let the months of a contract's retainers be billed now; by itself this happens every day."""
    await bill_retainers(work, contract_id, up_to=body.up_to)
    return await shown(contract_id, work)


@router.get("/{contract_id}/retainers", responses=refusals(NotPermitted, NoSuchContract))
async def shown(contract_id: UUID, work: InWork) -> list[RetainerView]:
    """The retainers of a contract: what each month pays for, what was used, rolled over, expired and beyond."""
    return [RetainerView.model_validate(one) for one in await queries.retainers(work, contract_id)]
