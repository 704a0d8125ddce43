"""The reconciliation over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.billing.ledger.model.accounts import NoBooks
from services.billing.periods.model import BadMonth, month
from services.billing.reconciliation import queries
from services.billing.reconciliation.model import Cause
from services.billing.reconciliation.queries import Part
from shared.actor import NotPermitted
from shared.contracts.base import Amount, Currency
from shared.ui.export import TableFile
from shared.web import Cursor, InWork, Limit, PageOf, View, WorkRoute, refusals

router = APIRouter(prefix="/reconciliation", tags=["reconciliation"], route_class=WorkRoute)
Month = Annotated[str, Query(pattern=r"^\d{4}-\d{2}$", description="year and month", examples=["2026-03"])]
HEAD = ("account", "name", "ledger", "sealed", "accepted", "difference", "deviating_entries", "agrees")


class ReconciledAccountView(View):
    """An account in the journal, in its batches and with the ERP; debit positive."""

    account: str
    name: str
    ledger: Amount
    sealed: Amount
    accepted: Amount
    difference: Amount
    deviating: int
    agrees: bool


class ReconciledMonthView(View):
    """Whether everything agrees, and every account that the month moved."""

    agrees: bool
    accounts: list[ReconciledAccountView]


class DeviationView(View):
    """An entry that the ERP does not have just as the journal has it, and why."""

    entry_id: UUID
    posted_on: date
    text: str
    cause: Cause
    amount: Amount
    batch_id: UUID | None
    batch_number: int | None
    reason: str | None


@router.get("", responses=refusals(NotPermitted, NoBooks, BadMonth))
async def show(work: InWork, *, legal_entity: str, period: Month, currency: Currency) -> ReconciledMonthView:
    """Whether the journal of a month, its batches and what the ERP accepted agree, account by account."""
    found = await queries.reconciliation(work, Part(legal_entity, month(period).starts_on, currency))
    return ReconciledMonthView.model_validate(found)


@router.get("/deviations", responses=refusals(NotPermitted, NoBooks, BadMonth))
async def list_deviations(
    work: InWork, *, legal_entity: str, period: Month, currency: Currency, cursor: Cursor = None, limit: Limit = 50
) -> PageOf[DeviationView]:
    """The entries in which they do not agree, by day."""
    part = Part(legal_entity, month(period).starts_on, currency)
    return PageOf[DeviationView].of(await queries.deviations(work, part, cursor=cursor, limit=limit), DeviationView)


@router.get(
    "/csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}}, **refusals(NotPermitted, NoBooks, BadMonth)},
)
async def as_csv(work: InWork, *, legal_entity: str, period: Month, currency: Currency) -> Response:
    """The accounts as a file."""
    found = await queries.reconciliation(work, Part(legal_entity, month(period).starts_on, currency))
    rows = [
        (one.account, one.name, one.ledger, one.sealed, one.accepted, one.difference, one.deviating, str(one.agrees))
        for one in found.accounts
    ]
    return TableFile(f"reconciliation-{legal_entity}-{period}-{currency}", HEAD, rows, "csv")
