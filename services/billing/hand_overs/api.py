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
from services.billing.hand_overs.model.texts import SubjectSaysNotWhich, Texts, UnknownInMail
from services.billing.hand_overs.model.words import MailText
from services.billing.invoices.model import NoSuchInvoice, NotIssuedYet
from services.billing.legal_entities.model import Language, NoSuchLegalEntity
from services.billing.statements.model import Account, EndsBeforeItStarts, StatementTooLong
from shared.actor import NotPermitted
from shared.contracts.base import Currency
from shared.web import Body, Cursor, InWork, Limit, PageOf, View, WorkRoute, key_required, refusals
from shared.web.idempotency import IdempotencyKeyMissing

router = APIRouter(tags=["hand-overs"], route_class=WorkRoute)


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
    """Documents to be sent, and what to write with each instead of what their legal entity has for it."""

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


class MailTextBody(Body):
    """What an e-mail says; what is empty is said in the usual words.

    In each, {customer}, {seller} and {currency} are filled in; with an invoice {number}, {gross} and {due_on}, with a
    credit note {number}, {gross} and {credited}, with a dunning letter {title} and {total}, with a statement {from},
    {to} and {balance}.
    """

    subject: Annotated[str, Field(max_length=200)] = ""
    text: Annotated[str, Field(max_length=2000)] = ""


class MailTextsBody(Body):
    """What the e-mails of a legal entity say, by language and kind of document."""

    texts: dict[Language, dict[DocumentKind, MailTextBody]] = Field(default_factory=dict)

    def told(self) -> Texts:
        """The same in the words of the model."""
        return {
            language: {kind: MailText(said.subject, said.text) for kind, said in by_kind.items()}
            for language, by_kind in self.texts.items()
        }


class MailTextsView(View):
    """What the e-mails of a legal entity say beside the usual words."""

    legal_entity_id: UUID
    texts: dict[Language, dict[DocumentKind, MailTextBody]]


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
    "/hand-overs",
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


@router.get("/hand-overs", responses=refusals(NotPermitted))
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


@router.post(
    "/legal-entities/{legal_entity_id}/mail-texts",
    responses=refusals(NotPermitted, NoSuchLegalEntity, UnknownInMail, SubjectSaysNotWhich),
)
async def word(legal_entity_id: UUID, body: MailTextsBody, work: InWork) -> MailTextsView:
    """Say what stands in the e-mails of a legal entity, in the language of each document, from now on."""
    return MailTextsView.model_validate(await actions.word_mails(work, legal_entity_id, body.told()))


@router.get("/legal-entities/{legal_entity_id}/mail-texts", responses=refusals(NotPermitted, NoSuchLegalEntity))
async def texts(legal_entity_id: UUID, work: InWork) -> MailTextsView:
    """What stands in the e-mails of a legal entity beside the usual words."""
    return MailTextsView.model_validate(await queries.mail_texts(work, legal_entity_id))
