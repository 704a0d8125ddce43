"""Credit notes over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from services.billing.credit_notes import actions, queries
from services.billing.credit_notes.model.credit_note import (
    CreditDiscarded,
    CreditedBeforeInvoiced,
    CreditedInFuture,
    CreditIssuedForGood,
    CreditNotADraft,
    CreditNotApproved,
    CreditNoteStatus,
    NoCreditDocument,
    NoSuchCreditNote,
    OnlyIssuedIsCredited,
    OwnCreditNote,
)
from services.billing.credit_notes.model.crediting import (
    Choice,
    HoursOrAmount,
    MoreThanBilled,
    NothingToCredit,
    NotOnThisInvoice,
)
from services.billing.exchange_rates.model import MissingExchangeRate
from services.billing.invoices.api import as_it_went_out
from services.billing.invoices.api.views import InvoiceLineView, IssueBody, ReasonBody, TaxView
from services.billing.invoices.model import FileKind, Lacks, NoSuchInvoice
from services.billing.numbering.model import DateGoesBack
from services.billing.periods.model import PeriodClosed
from services.billing.receivables.model import CreditsWhatWasGivenUp
from shared.actor import NotPermitted
from shared.contracts.base import Amount
from shared.web import Body, Cursor, InWork, Limit, PageOf, View, WorkRoute, key_required, refusals
from shared.web.idempotency import IdempotencyKeyMissing

router = APIRouter(prefix="/credit-notes", tags=["credit notes"], route_class=WorkRoute)

Some = Annotated[int, Field(ge=1, le=10_000_000)]
SomeAmount = Annotated[Amount, Field(gt=0, decimal_places=2)]


class CreditedLineBody(Body):
    """A line of the invoice: some of its hours, the latest work first, or an amount of a milestone, or what is left."""

    position: Annotated[int, Field(ge=1)]
    minutes: Some | None = None
    amount: SomeAmount | None = None


class CreditedItemBody(Body):
    """One item behind a line of the invoice: some of its minutes, an amount of a milestone, or what is left."""

    item_id: UUID
    minutes: Some | None = None
    amount: SomeAmount | None = None


class CreditBody(Body):
    """What to credit of an invoice and why; without lines and items, all that is left.

    With `rebills`, everything open up to the invoice's day is on a new draft as soon as the credit note is issued.
    """

    invoice_id: UUID
    reason: Annotated[str, Field(min_length=1, max_length=500)]
    lines: Annotated[list[CreditedLineBody], Field(max_length=500, default_factory=list)]
    items: Annotated[list[CreditedItemBody], Field(max_length=500, default_factory=list)]
    rebills: bool = False

    def choices(self) -> list[Choice]:
        """What was chosen, and where in the body."""
        lines = [Choice(one.minutes, one.amount, one.position, None, f"/lines/{n}") for n, one in enumerate(self.lines)]
        items = [Choice(one.minutes, one.amount, None, one.item_id, f"/items/{n}") for n, one in enumerate(self.items)]
        return [*lines, *items]


class CreditNoteSummary(View):
    """A credit note without its lines; number and date from the day of issue on. Amounts are positive."""

    id: UUID
    status: CreditNoteStatus
    number: str | None
    invoice_id: UUID
    invoice_number: str
    contract_id: UUID
    customer_id: UUID
    project_id: UUID | None
    thread_id: UUID
    currency: str
    net: Amount
    tax: Amount
    gross: Amount
    reason: str
    rebills: bool
    prepared_by: str
    prepared_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    issued_by: str | None
    issued_at: datetime | None
    issued_on: date | None


class CreditNoteView(CreditNoteSummary):
    """A credit note with its lines and taxes."""

    lines: list[InvoiceLineView]
    taxes: list[TaxView]


class CreditedItemView(View):
    """What is taken back of one time entry or milestone; `invoiced_position` is the line of the invoice."""

    id: UUID
    entry_id: UUID | None
    milestone_id: UUID | None
    staffing_role: str | None
    day: date
    note: str
    invoiced_position: int
    minutes: int | None
    amount: Amount


@router.post(
    "/drafts",
    status_code=201,
    responses=refusals(
        NotPermitted,
        NoSuchInvoice,
        OnlyIssuedIsCredited,
        NothingToCredit,
        MoreThanBilled,
        NotOnThisInvoice,
        HoursOrAmount,
    ),
)
async def draft(body: CreditBody, work: InWork) -> CreditNoteView:
    """Put what is chosen of an issued invoice on a draft."""
    note = await actions.draft_credit_note(
        work, body.invoice_id, reason=body.reason, choices=body.choices(), rebills=body.rebills
    )
    return await _view(work, note.id)


@router.post(
    "/{credit_note_id}/approval",
    responses=refusals(
        NotPermitted, NoSuchCreditNote, CreditNotADraft, OwnCreditNote, CreditIssuedForGood, CreditDiscarded
    ),
)
async def approve(credit_note_id: UUID, work: InWork) -> CreditNoteView:
    """Agree to a draft that somebody else prepared."""
    await actions.approve_credit_note(work, credit_note_id)
    return await _view(work, credit_note_id)


@router.post(
    "/{credit_note_id}/discard",
    responses=refusals(NotPermitted, NoSuchCreditNote, CreditIssuedForGood, CreditDiscarded),
)
async def discard(credit_note_id: UUID, body: ReasonBody, work: InWork) -> CreditNoteView:
    """Give up a draft; what was on it is left to be credited."""
    await actions.discard_credit_note(work, credit_note_id, reason=body.reason)
    return await _view(work, credit_note_id)


@router.post(
    "/{credit_note_id}/issue",
    dependencies=[Depends(key_required)],
    responses=refusals(
        NotPermitted,
        NoSuchCreditNote,
        CreditNotApproved,
        OwnCreditNote,
        CreditIssuedForGood,
        CreditDiscarded,
        CreditedInFuture,
        CreditedBeforeInvoiced,
        Lacks,
        DateGoesBack,
        PeriodClosed,
        MissingExchangeRate,
        CreditsWhatWasGivenUp,
        IdempotencyKeyMissing,
    ),
)
async def issue(credit_note_id: UUID, work: InWork, body: IssueBody | None = None) -> CreditNoteView:
    """Send an approved credit note out, for good; the work on it is open again."""
    await actions.issue_credit_note(work, credit_note_id, issued_on=body.issued_on if body else None)
    return await _view(work, credit_note_id)


@router.get("", responses=refusals(NotPermitted))
async def listed(
    work: InWork,
    *,
    invoice_id: UUID | None = None,
    status: CreditNoteStatus | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOf[CreditNoteSummary]:
    """Credit notes, the newest first."""
    found = await queries.listed(work, invoice_id=invoice_id, status=status, cursor=cursor, limit=limit)
    return PageOf.of(found, CreditNoteSummary)


@router.get("/{credit_note_id}", responses=refusals(NotPermitted, NoSuchCreditNote))
async def show(credit_note_id: UUID, work: InWork) -> CreditNoteView:
    """One credit note with its lines and taxes."""
    return await _view(work, credit_note_id)


@router.get("/{credit_note_id}/origin", responses=refusals(NotPermitted, NoSuchCreditNote))
async def origin(
    credit_note_id: UUID, work: InWork, cursor: Cursor = None, limit: Limit = 50
) -> PageOf[CreditedItemView]:
    """The time entries and milestones that are taken back, by day."""
    return PageOf.of(await queries.origin(work, credit_note_id, cursor=cursor, limit=limit), CreditedItemView)


@router.get(
    "/{credit_note_id}/pdf",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}, **refusals(NotPermitted, NoCreditDocument)},
)
async def pdf(credit_note_id: UUID, work: InWork) -> Response:
    """The PDF of an issued credit note, byte for byte as it went out."""
    return as_it_went_out(await queries.document(work, credit_note_id, FileKind.PDF), FileKind.PDF)


@router.get(
    "/{credit_note_id}/ubl",
    response_class=Response,
    responses={200: {"content": {"application/xml": {}}}, **refusals(NotPermitted, NoCreditDocument)},
)
async def ubl(credit_note_id: UUID, work: InWork) -> Response:
    """The same as an electronic invoice, UBL 2.1 after EN 16931, byte for byte as it went out."""
    return as_it_went_out(await queries.document(work, credit_note_id, FileKind.UBL), FileKind.UBL)


async def _view(work: InWork, credit_note_id: UUID) -> CreditNoteView:
    found = await queries.credit_note(work, credit_note_id)
    return CreditNoteView.model_validate({**found.header._mapping, "lines": found.lines, "taxes": found.taxes})
