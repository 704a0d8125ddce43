"""Deposits over HTTP."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field

from services.billing.contracts.model import ContractNotActive, NoSuchContract
from services.billing.contracts.queries import contract as contract_found
from services.billing.deposits import queries
from services.billing.deposits.actions import ask_deposit
from services.billing.deposits.model import DepositAskedAlready, NoDepositAgreed
from shared.actor import NotPermitted
from shared.contracts.base import Amount
from shared.web import Body, InWork, View, WorkRoute, key_required, refusals
from shared.web.idempotency import IdempotencyKeyMissing

router = APIRouter(prefix="/contracts", tags=["deposits"], route_class=WorkRoute)


class DepositBody(Body):
    """What is asked in advance, net; without an amount, what nobody asked yet of the agreed deposit."""

    amount: Annotated[Amount, Field(gt=Decimal(0))] | None = None
    description: Annotated[str, Field(max_length=200)] = ""


class DepositView(View):
    """What was agreed, asked and invoiced in advance, what was drawn down, and what is left."""

    currency: str
    agreed: Amount | None
    asked: Amount
    invoiced: Amount
    drawn: Amount
    left: Amount


@router.post(
    "/{contract_id}/deposits",
    status_code=201,
    dependencies=[Depends(key_required)],
    responses=refusals(
        NotPermitted, NoSuchContract, ContractNotActive, NoDepositAgreed, DepositAskedAlready, IdempotencyKeyMissing
    ),
)
async def ask(contract_id: UUID, body: DepositBody, work: InWork) -> DepositView:
    """Let a deposit be invoiced with what is drafted next; later invoices draw it down."""
    await ask_deposit(work, contract_id, amount=body.amount, description=body.description)
    return await shown(contract_id, work)


@router.get("/{contract_id}/deposits", responses=refusals(NotPermitted, NoSuchContract))
async def shown(contract_id: UUID, work: InWork) -> DepositView:
    """What was paid in advance on a contract, and what of it is left."""
    return DepositView.model_validate(await queries.deposit(work, await contract_found(work, contract_id)))
