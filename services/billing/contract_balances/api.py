"""Contract balances over HTTP."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from fastapi import APIRouter

from services.billing.contract_balances import queries
from shared.actor import NotPermitted
from shared.contracts.base import Amount
from shared.web import Cursor, InWork, Limit, PageOf, View, WorkRoute, refusals

router = APIRouter(prefix="/contract-balances", tags=["recognition"], route_class=WorkRoute)


class ContractBalanceView(View):
    """One contract on a day; `difference` is what the ledger has and no document explains."""

    number: str
    contract_id: UUID
    name: str
    customer: str
    currency: str
    recognised: Amount
    billed: Amount
    contract_asset: Amount
    contract_liability: Amount
    difference: Amount


class BalanceAgreementView(View):
    """What the accounts of contract balances come to, and how much of it was posted without a contract."""

    currency: str
    on_accounts: Amount
    of_contracts: Amount
    unassigned: Amount


class ReconciliationView(View):
    legal_entity: str
    on: date
    agreement: list[BalanceAgreementView]


@router.get("", responses=refusals(NotPermitted))
async def list_balances(
    work: InWork, *, legal_entity: str, on: date, cursor: Cursor = None, limit: Limit = 50
) -> PageOf[ContractBalanceView]:
    """Recognised less billed of each contract on the evening of a day, beside what the ledger has."""
    found = await queries.contract_balances(work, legal_entity=legal_entity, on=on, cursor=cursor, limit=limit)
    return PageOf[ContractBalanceView].of(found, ContractBalanceView)


@router.get("/reconciliation", responses=refusals(NotPermitted))
async def reconcile(work: InWork, *, legal_entity: str, on: date) -> ReconciliationView:
    """Whether the contracts' balances are what their ledger accounts say."""
    found = await queries.agreement(work, legal_entity=legal_entity, on=on)
    views = [BalanceAgreementView.model_validate(one) for one in found]
    return ReconciliationView(legal_entity=legal_entity, on=on, agreement=views)
