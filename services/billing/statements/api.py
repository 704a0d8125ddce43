"""Statements of account over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.billing.customers.model import NoSuchCustomer
from services.billing.legal_entities.model import Language, NoSuchLegalEntity
from services.billing.statements import queries
from services.billing.statements.model import Account, EndsBeforeItStarts, MovementKind, Printed, StatementTooLong
from shared.actor import NotPermitted
from shared.contracts.base import Amount, Currency
from shared.web import Cursor, InWork, Limit, View, WorkRoute, refusals

router = APIRouter(prefix="/customers", tags=["statements"], route_class=WorkRoute)


class MovementView(View):
    """One change of the balance, owed more being positive; `document_id` is the invoice, payment or other cause."""

    day: date
    kind: MovementKind
    document_id: UUID
    reference: str
    amount: Amount
    balance: Amount


class StatementView(View):
    """What a customer owed at the end of the day before, what changed it, and what they owe at the end of the last day.

    `next` is the cursor of further movements.
    """

    customer_id: UUID
    legal_entity_id: UUID
    currency: str
    starts_on: date
    ends_on: date
    opening: Amount
    closing: Amount
    movements: list[MovementView]
    next: str | None


def account_of(customer_id: UUID, legal_entity_id: UUID, currency: Currency, starts_on: date, ends_on: date) -> Account:
    """The account that an address names."""
    return Account(customer_id, legal_entity_id, currency, starts_on, ends_on)


Named = Annotated[Account, Depends(account_of)]
WRONG = (NotPermitted, NoSuchCustomer, NoSuchLegalEntity, EndsBeforeItStarts)


@router.get("/{customer_id}/statement", responses=refusals(*WRONG))
async def show(work: InWork, account: Named, cursor: Cursor = None, limit: Limit = 50) -> StatementView:
    """The statement of a customer with one of our firms, in one currency."""
    found = await queries.statement(work, account, cursor=cursor, limit=limit)
    return StatementView(
        customer_id=account.customer_id,
        legal_entity_id=account.legal_entity_id,
        currency=account.currency,
        starts_on=account.starts_on,
        ends_on=account.ends_on,
        opening=found.opening,
        closing=found.closing,
        movements=[MovementView.model_validate(one) for one in found.movements],
        next=found.next,
    )


@router.get(
    "/{customer_id}/statement/document",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}, **refusals(*WRONG, StatementTooLong)},
)
async def document(work: InWork, account: Named, language: Language | None = None) -> Response:
    """The same as a PDF, in a language or in that of the customer."""
    return as_pdf(account, await queries.document(work, account, language=language))


def as_pdf(account: Account, printed: Printed) -> Response:
    """A statement to be looked at beside a page of ours, or kept."""
    headers = {
        "content-disposition": f'inline; filename="statement-{account.ends_on}.pdf"',
        "content-security-policy": "frame-ancestors 'self'",
    }
    return Response(printed.pdf, media_type="application/pdf", headers=headers)
