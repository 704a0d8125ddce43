"""Account sheets over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.billing.account_sheets import queries
from services.billing.ledger.model.accounts import NoBooks, NoSuchAccount
from shared.actor import NotPermitted
from shared.contracts.base import Amount, Currency
from shared.web import Cursor, InWork, Limit, PageOf, View, WorkRoute, refusals

FirstDay = Annotated[date | None, Query(description="the first day shown; the balance counts what was before")]
router = APIRouter(prefix="/account-sheet", tags=["ledger"], route_class=WorkRoute)


class SheetLineView(View):
    """One side of an entry on the account, debit positive, and the balance after it, in both currencies."""

    posted_on: date
    entry_id: UUID
    text: str
    amount: Amount
    balance: Amount
    functional_currency: str
    functional_amount: Amount
    functional_balance: Amount
    source_kind: str
    source_id: UUID
    contract_id: UUID | None


@router.get("", responses=refusals(NotPermitted, NoBooks, NoSuchAccount))
async def show(
    work: InWork,
    *,
    legal_entity: str,
    account: str,
    currency: Currency,
    starts_on: Annotated[
        date | None, Query(description="the first day shown; the balance counts what was before")
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOf[SheetLineView]:
    """Everything that was posted to an account in one currency, with the running balance."""
    found = await queries.account_sheet(
        work,
        legal_entity=legal_entity,
        account=account,
        currency=currency,
        starts_on=starts_on,
        cursor=cursor,
        limit=limit,
    )
    return PageOf[SheetLineView].of(found, SheetLineView)
