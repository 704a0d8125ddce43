"""Bank statements over HTTP."""

from __future__ import annotations

from datetime import date
from pathlib import PurePath
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, UploadFile
from pydantic import Field, TypeAdapter, ValidationError

from services.billing.bank_statements import actions, queries
from services.billing.bank_statements.model.lines import (
    LineState,
    MalformedStatement,
    MatchedAlready,
    NoSuchBankLine,
    NotMatched,
    OtherBankAccount,
)
from services.billing.bank_statements.model.matching import Reason
from services.billing.bank_statements.model.table import ColumnMapping
from services.billing.customers.model import NoSuchCustomer
from services.billing.legal_entities.model import NoSuchLegalEntity
from services.billing.payments.api import ALLOCATING, AllocationsBody, TakingBackBody
from services.billing.payments.model import PaidBeforeIssued, ReceivedInFuture
from services.billing.periods.model import PeriodClosed
from services.billing.permissions import Permission
from services.billing.receivables.model import NoSuchReceivable
from shared.actor import NotPermitted
from shared.contracts.base import Amount
from shared.errors import Invalid
from shared.ids import new_id
from shared.reasons import because
from shared.web import Body, Cursor, InWork, Limit, PageOf, View, WorkRoute, key_required, refusals
from shared.web.idempotency import IdempotencyKeyMissing
from shared.web.limits import UPLOAD_BYTES

router = APIRouter(tags=["bank statements"], route_class=WorkRoute)


class BadColumnMapping(Invalid):
    """This is no mapping of columns.

    Send JSON with the names of your columns, such as {"booked_on": "Buchungstag", "amount": "Betrag",
    "delimiter": ";", "date_format": "%d.%m.%Y", "decimal_comma": true}.
    """


class BankFileView(View):
    """What an import brought: how many credits the file holds, and how many were not known before."""

    id: UUID
    lines: int
    new: int


class SuggestedInvoiceView(View):
    """An invoice, and how much of the line would go to it."""

    invoice_id: UUID
    number: str
    amount: Amount


class SuggestionView(View):
    """What a line may be for, and what speaks for it; from a `score` of 75 on it can be accepted in bulk."""

    customer_id: UUID
    customer_name: str
    invoices: list[SuggestedInvoiceView]
    reasons: list[Reason]
    score: int


class BankLineView(View):
    """Money that came in, the payment it was recorded as, and what it may be for while it waits."""

    id: UUID
    legal_entity_id: UUID
    reference: str
    booked_on: date
    currency: str
    amount: Amount
    payer_name: str
    payer_iban: str
    remittance: str
    payment_id: UUID | None
    suggestions: list[SuggestionView]


class AssignmentBody(AllocationsBody):
    """Whose payment a line is, and for what."""

    customer_id: UUID


class AcceptanceBody(Body):
    """The lines whose suggestion is accepted."""

    line_ids: list[UUID] = Field(min_length=1, max_length=200)


class AcceptanceView(View):
    """Which lines were recorded, and which are left to a person."""

    accepted: list[UUID]
    left: list[UUID]


class NotThisInvoiceBody(Body):
    """The invoice that a line is not for."""

    invoice_id: UUID


RECORDING = (*ALLOCATING, NoSuchCustomer, PaidBeforeIssued, ReceivedInFuture, IdempotencyKeyMissing)


@router.post(
    "/bank-files",
    status_code=201,
    responses=refusals(NotPermitted, NoSuchLegalEntity, MalformedStatement, OtherBankAccount, BadColumnMapping),
    max_body_size=UPLOAD_BYTES,
)
async def bring_in(
    work: InWork,
    legal_entity_id: UUID,
    *,
    files: Annotated[list[UploadFile], File(description="one file, CAMT.053 or CSV, as the bank gives it")],
    mapping: Annotated[str | None, Form(description="what the columns of a CSV are called, as JSON")] = None,
) -> BankFileView:
    """Bring in a bank statement; lines that are known already are left alone."""
    work.actor.must(Permission.RECORD_PAYMENTS)
    file_id, columns = new_id(), _mapping(mapping)
    if len(files) != 1:
        raise MalformedStatement(because("Send one file at a time."))
    lines, new = await actions.import_statement(
        work,
        file_id,
        legal_entity_id=legal_entity_id,
        name=PurePath(files[0].filename or "").name[:200],
        content=await files[0].read(),
        mapping=columns,
    )
    return BankFileView(id=file_id, lines=lines, new=new)


@router.get("/bank-lines", responses=refusals(NotPermitted))
async def listed(
    work: InWork, *, state: LineState | None = None, cursor: Cursor = None, limit: Limit = 50
) -> PageOf[BankLineView]:
    """Lines of bank statements, the newest first, with suggestions for those that wait."""
    found = await queries.listed(work, state=state, cursor=cursor, limit=limit)
    return PageOf(items=[_view(one) for one in found.items], next=found.next)


@router.get("/bank-lines/{bank_line_id}", responses=refusals(NotPermitted, NoSuchBankLine))
async def show(bank_line_id: UUID, work: InWork) -> BankLineView:
    """One line."""
    return _view(await queries.line(work, bank_line_id))


@router.post("/bank-lines/acceptances", dependencies=[Depends(key_required)], responses=refusals(*RECORDING))
async def accept(body: AcceptanceBody, work: InWork) -> AcceptanceView:
    """Record the lines whose suggestion is certain; the others are left to a person."""
    accepted = await actions.accept_suggestions(work, body.line_ids)
    return AcceptanceView(accepted=accepted, left=[one for one in body.line_ids if one not in accepted])


@router.post(
    "/bank-lines/{bank_line_id}/assignment",
    dependencies=[Depends(key_required)],
    responses=refusals(*RECORDING, NoSuchBankLine, MatchedAlready),
)
async def assign(bank_line_id: UUID, body: AssignmentBody, work: InWork) -> BankLineView:
    """Record a line as the payment of a customer, for the invoices given; the rest is their credit."""
    await actions.assign_line(
        work, bank_line_id, body.customer_id, body.shares, settle_difference=body.settle_difference
    )
    return _view(await queries.line(work, bank_line_id))


@router.post(
    "/bank-lines/{bank_line_id}/rejections", responses=refusals(NotPermitted, NoSuchBankLine, NoSuchReceivable)
)
async def reject(bank_line_id: UUID, body: NotThisInvoiceBody, work: InWork) -> BankLineView:
    """Say that a line is not for an invoice, so that it is suggested no more."""
    await actions.reject_suggestion(work, bank_line_id, body.invoice_id)
    return _view(await queries.line(work, bank_line_id))


@router.post(
    "/bank-lines/{bank_line_id}/undo",
    dependencies=[Depends(key_required)],
    responses=refusals(NotPermitted, NoSuchBankLine, NotMatched, PeriodClosed, IdempotencyKeyMissing),
)
async def undo(bank_line_id: UUID, body: TakingBackBody, work: InWork) -> BankLineView:
    """Take back the payment that a line was recorded as; the line waits again."""
    await actions.undo_match(work, bank_line_id, reason=body.reason)
    return _view(await queries.line(work, bank_line_id))


def _mapping(said: str | None) -> ColumnMapping:
    if not said:
        return ColumnMapping()
    try:
        return TypeAdapter(ColumnMapping).validate_json(said)
    except ValidationError as error:
        raise BadColumnMapping(field="/mapping") from error


def _view(found: queries.LineFound) -> BankLineView:
    suggested = [
        SuggestionView(
            customer_id=one.customer_id,
            customer_name=one.customer_name,
            invoices=[
                SuggestedInvoiceView(invoice_id=invoice_id, number=number, amount=amount)
                for invoice_id, number, amount in one.invoices
            ],
            reasons=sorted(one.reasons),
            score=one.score,
        )
        for one in found.suggestions
    ]
    return BankLineView.model_validate({**found.line._mapping, "suggestions": suggested})
