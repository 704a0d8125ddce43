"""What became of a won deal, over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter

from services.crm.accounts.model import NoSuchAccount
from services.crm.handoffs.model import HandoffState
from services.crm.opportunities.model import NoSuchOpportunity
from services.crm.thread import queries
from shared.actor import NotPermitted
from shared.contracts.base import Amount
from shared.web import InWork, View, WorkRoute, refusals

router = APIRouter(tags=["thread"], route_class=WorkRoute)


class HandoffView(View):
    """Whether delivery took the deal over, or sent it back and why; closed anew, it waits for another answer."""

    state: HandoffState
    project_id: UUID | None
    reasons: list[str]
    decided_by: str
    decided_at: datetime | None


class ProjectNewsView(View):
    """A project that delivers the deal; `closed_on` once it has ended."""

    project_id: UUID
    number: str | None
    name: str | None
    manager: str | None
    starts_on: date | None
    ends_before: date | None
    closed_on: date | None


class InvoiceNewsView(View):
    """An invoice that went out for the deal."""

    invoice_id: UUID
    number: str
    issued_on: date
    due_on: date
    currency: str
    net: Amount
    gross: Amount


class SumView(View):
    """An amount in one currency."""

    currency: str
    amount: Amount


class ThreadView(View):
    """What became of a deal: `invoiced` is the sum of the net amounts, `recognised` the revenue so far."""

    handoff: HandoffView | None
    projects: list[ProjectNewsView]
    invoices: list[InvoiceNewsView]
    invoiced: list[SumView]
    recognised: list[SumView]


@router.get("/opportunities/{opportunity_id}/thread", responses=refusals(NotPermitted, NoSuchOpportunity))
async def of_opportunity(opportunity_id: UUID, work: InWork) -> ThreadView:
    """What became of a deal, as delivery and billing tell it."""
    return ThreadView.model_validate(await queries.of_opportunity(work, opportunity_id))


@router.get("/accounts/{account_id}/thread", responses=refusals(NotPermitted, NoSuchAccount))
async def of_account(account_id: UUID, work: InWork) -> ThreadView:
    """What became of all deals of an account."""
    return ThreadView.model_validate(await queries.of_account(work, account_id))
