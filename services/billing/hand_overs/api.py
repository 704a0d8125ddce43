"""Handing documents over to be sent by e-mail, over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field

from services.billing.credit_notes.model.credit_note import NoCreditDocument, NoSuchCreditNote
from services.billing.customers.model import NoSuchCustomer
from services.billing.dunning.model import NoSuchLetter
from services.billing.hand_overs import actions, queries
from services.billing.hand_overs.model import (
    DocumentKind,
    DocumentOrStatement,
    HandedOverAlready,
    NoRecipient,
    NotAnAddress,
    Wanted,
)
from services.billing.invoices.model import NoSuchInvoice, NotIssuedYet
from services.billing.legal_entities.model import NoSuchLegalEntity
from services.billing.statements.model import Account, EndsBeforeItStarts, StatementTooLong
from shared.actor import NotPermitted
from shared.contracts.base import Currency
from shared.web import Body, Cursor, InWork, Limit, PageOf, View, WorkRoute, key_required, refusals
from shared.web.idempotency import IdempotencyKeyMissing

router = APIRouter(prefix="/hand-overs", tags=["hand-overs"], route_class=WorkRoute)


class OfAccountBody(Body):
    """Which statement: whose, with which of our firms, in which currency, for which days."""

    customer_id: UUID
    legal_entity_id: UUID
    currency: Currency
    starts_on: date
    ends_on: date


class WantedBody(Body):
    """A document, and whom it goes to; without a recipient, to the customer's billing address."""

    kind: DocumentKind
    document_id: UUID | None = None
    statement: OfAccountBody | None = None
    recipient: Annotated[str, Field(max_length=254)] = ""

    def wanted(self) -> Wanted:
        """The same in the words of the model."""
        account = Account(**self.statement.model_dump()) if self.statement else None
        return Wanted(self.kind, self.document_id, account, self.recipient)


class HandOversBody(Body):
    """Documents to be sent, and what to write with each."""

    documents: Annotated[list[WantedBody], Field(min_length=1, max_length=100)]
    text: Annotated[str, Field(max_length=2000)] = ""


class HandOverView(View):
    """A document handed over to be sent to one address; `attachment` is its PDF, below this API."""

    id: UUID
    kind: DocumentKind
    document_id: UUID
    customer_id: UUID
    number: str
    recipient: str
    subject: str
    text: str
    attachment: str
    sha256: str
    handed_over_by: str
    handed_over_at: datetime


READING = (
    NoSuchInvoice,
    NotIssuedYet,
    NoSuchCreditNote,
    NoCreditDocument,
    NoSuchLetter,
    NoSuchCustomer,
    NoSuchLegalEntity,
    EndsBeforeItStarts,
    StatementTooLong,
)


@router.post(
    "",
    status_code=201,
    dependencies=[Depends(key_required)],
    responses=refusals(
        NotPermitted,
        DocumentOrStatement,
        NoRecipient,
        NotAnAddress,
        HandedOverAlready,
        *READING,
        IdempotencyKeyMissing,
    ),
)
async def hand_over(body: HandOversBody, work: InWork) -> list[HandOverView]:
    """Let documents be sent by e-mail, all of them or none, and none of them twice to the same address."""
    made = await actions.hand_over(work, [one.wanted() for one in body.documents], text=body.text)
    return [HandOverView.model_validate(one) for one in made]


@router.get("", responses=refusals(NotPermitted))
async def listed(
    work: InWork,
    *,
    kind: DocumentKind | None = None,
    document_id: UUID | None = None,
    customer_id: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOf[HandOverView]:
    """What was handed over, the newest first."""
    found = await queries.listed(
        work, kind=kind, document_id=document_id, customer_id=customer_id, cursor=cursor, limit=limit
    )
    return PageOf.of(found, HandOverView)
