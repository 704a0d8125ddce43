"""Contracts over HTTP."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from fastapi import APIRouter

from services.billing.contracts import queries
from services.billing.contracts.model import ContractStatus, Method, NoSuchContract
from shared.actor import NotPermitted
from shared.contracts.base import Amount
from shared.web import Cursor, InWork, Limit, PageOf, View, WorkRoute, refusals

router = APIRouter(prefix="/contracts", tags=["contracts"], route_class=WorkRoute)


class ContractSummary(View):
    """A contract without its lines."""

    id: UUID
    number: str
    status: ContractStatus
    name: str
    opportunity_id: UUID
    customer_id: UUID
    legal_entity_id: UUID
    project_id: UUID | None
    thread_id: UUID
    currency: str
    amount: Amount
    purchase_order: str | None
    purchase_order_budget: Amount | None
    billing_increment_minutes: int | None
    deposit: Amount | None
    payment_terms_days: int
    starts_on: date
    ends_before: date


class ContractLineView(View):
    """One line of a contract as it was sold; its id is the billing line that work is charged to."""

    id: UUID
    position: int
    description: str
    method: Method
    product: str
    amount: Amount
    staffing_role: str | None
    minutes: int | None
    hourly_rate: Amount | None
    milestone_due_on: date | None
    cap: Amount | None
    monthly_fee: Amount | None
    months: int | None
    monthly_minutes: int | None
    rollover_months: int | None
    overage_rate: Amount | None
    markup_percent: Amount | None
    is_agent: bool
    recognition_method: str | None
    added_by: UUID | None


class ContractView(ContractSummary):
    """A contract with its lines."""

    lines: list[ContractLineView]


@router.get("", responses=refusals(NotPermitted))
async def listed(
    work: InWork,
    *,
    status: ContractStatus | None = None,
    customer_id: UUID | None = None,
    opportunity_id: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOf[ContractSummary]:
    """Contracts, by number."""
    found = await queries.listed(
        work, status=status, customer_id=customer_id, opportunity_id=opportunity_id, cursor=cursor, limit=limit
    )
    return PageOf.of(found, ContractSummary)


@router.get("/{contract_id}", responses=refusals(NotPermitted, NoSuchContract))
async def show(contract_id: UUID, work: InWork) -> ContractView:
    """One contract with its lines."""
    return ContractView.model_validate(await queries.contract(work, contract_id))
