"""Accruals over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from services.billing.accruals import queries
from services.billing.accruals.actions import accrue_revenue
from services.billing.accruals.model import AccrualBeyondCap, Asked, NoEstimate
from services.billing.contracts.model import ContractNotActive, NoSuchContract, NoSuchSoldLine
from services.billing.exchange_rates.model import MissingExchangeRate
from services.billing.periods.model import BadMonth, PeriodClosed, month
from shared.actor import NotPermitted
from shared.contracts.base import Amount, Minutes
from shared.web import Body, Cursor, InWork, Limit, PageOf, View, WorkRoute, refusals

router = APIRouter(prefix="/revenue-accruals", tags=["recognition"], route_class=WorkRoute)


class AccrualBody(Body):
    """Time that nobody has submitted: minutes at the sold rate, or an amount."""

    contract_id: UUID
    contract_line_id: UUID
    period: Annotated[str, Field(pattern=r"^\d{4}-\d{2}$", description="year and month", examples=["2026-03"])]
    minutes: Minutes | None = None
    amount: Amount | None = None
    reason: str = Field(min_length=1, max_length=500)

    def asked(self, accrual_id: UUID) -> Asked:
        """As the model has it; raises BadMonth."""
        return Asked(accrual_id, **self.model_dump(exclude={"period"}), period=month(self.period))


class AccrualView(View):
    """An accrual with the entry that makes it and the one that takes it back."""

    id: UUID
    legal_entity: str
    contract_id: UUID
    contract_line_id: UUID
    period_starts_on: date
    currency: str
    amount: Amount
    minutes: Minutes | None
    reason: str
    accrued_by: str
    accrued_at: datetime
    entry_id: UUID
    reversal_id: UUID


@router.put(
    "/{accrual_id}",
    status_code=201,
    responses=refusals(
        NotPermitted,
        NoSuchContract,
        NoSuchSoldLine,
        ContractNotActive,
        NoEstimate,
        AccrualBeyondCap,
        BadMonth,
        PeriodClosed,
        MissingExchangeRate,
    ),
)
async def put_accrual(accrual_id: UUID, body: AccrualBody, work: InWork) -> AccrualView:
    """Take an estimate for earned on the last day of a month; it is taken back on the next day by itself."""
    accrual = await accrue_revenue(work, body.asked(accrual_id))
    return AccrualView.model_validate(accrual)


@router.get("", responses=refusals(NotPermitted, BadMonth))
async def list_accruals(
    work: InWork,
    *,
    legal_entity: str,
    period: Annotated[str | None, Query(description="year and month", examples=["2026-03"])] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOf[AccrualView]:
    """What a legal entity accrued, by month."""
    starts_on = month(period).starts_on if period else None
    found = await queries.accruals(work, legal_entity=legal_entity, starts_on=starts_on, cursor=cursor, limit=limit)
    return PageOf[AccrualView].of(found, AccrualView)
