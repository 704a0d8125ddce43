"""Invoices over HTTP."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.billing.contracts.model import ContractNotActive, NoSuchContract
from services.billing.exchange_rates.model import MissingExchangeRate
from services.billing.invoices import actions, queries
from services.billing.invoices.api.views import (
    DraftBody,
    InvoiceOriginView,
    InvoiceSummary,
    InvoiceView,
    IssueBody,
    IssueSeveralBody,
    IssueView,
    NumberView,
    ReasonBody,
    RefusedView,
)
from services.billing.invoices.model import (
    DiscardedAlready,
    FileKind,
    InvoiceStatus,
    IssuedFile,
    IssuedForGood,
    IssuedInFuture,
    Lacks,
    NoSuchInvoice,
    NoSuchLine,
    NotADraft,
    NotApproved,
    NothingToInvoice,
    NotIssuedYet,
    OwnInvoice,
)
from services.billing.numbering.model import DateGoesBack
from services.billing.periods.model import PeriodClosed
from services.billing.purchase_orders.model import PurchaseOrderSpent
from shared.actor import NotPermitted
from shared.web import Cursor, InWork, Limit, PageOf, WorkRoute, key_required, refusals
from shared.web.idempotency import IdempotencyKeyMissing

router = APIRouter(prefix="/invoices", tags=["invoices"], route_class=WorkRoute)
SENT_AS = {
    FileKind.PDF: ("application/pdf", "inline", "pdf"),
    FileKind.UBL: ("application/xml", "attachment", "xml"),
}


@router.post(
    "/drafts", status_code=201, responses=refusals(NotPermitted, NoSuchContract, ContractNotActive, NothingToInvoice)
)
async def draft(body: DraftBody, work: InWork) -> InvoiceView:
    """Put everything open on a contract and those invoiced with it on a draft; asked again, the draft that stands."""
    invoice = await actions.draft_invoice(work, contract_id=body.contract_id, up_to=body.up_to)
    return await _view(work, invoice.id)


@router.post("/{invoice_id}/approval", responses=refusals(NotPermitted, NoSuchInvoice, NotADraft, OwnInvoice))
async def approve(invoice_id: UUID, work: InWork) -> InvoiceView:
    """Agree to a draft that somebody else prepared."""
    await actions.approve_invoice(work, invoice_id)
    return await _view(work, invoice_id)


@router.post("/{invoice_id}/discard", responses=refusals(NotPermitted, NoSuchInvoice, IssuedForGood, DiscardedAlready))
async def discard(invoice_id: UUID, body: ReasonBody, work: InWork) -> InvoiceView:
    """Give up a draft; the work on it is open again."""
    await actions.discard_invoice(work, invoice_id, reason=body.reason)
    return await _view(work, invoice_id)


@router.post(
    "/{invoice_id}/issue",
    dependencies=[Depends(key_required)],
    responses=refusals(
        NotPermitted,
        NoSuchInvoice,
        NotApproved,
        OwnInvoice,
        Lacks,
        IssuedForGood,
        IssuedInFuture,
        DateGoesBack,
        PurchaseOrderSpent,
        PeriodClosed,
        MissingExchangeRate,
        IdempotencyKeyMissing,
    ),
)
async def issue(invoice_id: UUID, work: InWork, body: IssueBody | None = None) -> InvoiceView:
    """Send an approved invoice out, with its number and its PDF, for good."""
    await actions.issue_invoice(work, invoice_id, issued_on=body.issued_on if body else None)
    return await _view(work, invoice_id)


@router.post("/issue", dependencies=[Depends(key_required)], responses=refusals(NotPermitted, IdempotencyKeyMissing))
async def issue_several(body: IssueSeveralBody, work: InWork) -> IssueView:
    """Send approved invoices out, for good; those that may not go out are named with why, by the codes of one."""
    issue = await actions.issue_invoices(work, body.invoice_ids, issued_on=body.issued_on)
    return IssueView(
        issued=[NumberView(invoice_id=one, number=number) for one, number in issue.numbers.items()],
        refused=[
            RefusedView(invoice_id=one, code=refusal.code(), detail=refusal.detail, mend=refusal.mend)
            for one, refusal in issue.refused.items()
        ],
    )


@router.get("", responses=refusals(NotPermitted))
async def listed(
    work: InWork,
    *,
    contract_id: UUID | None = None,
    customer_id: UUID | None = None,
    status: InvoiceStatus | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOf[InvoiceSummary]:
    """Invoices, the newest first."""
    found = await queries.listed(
        work, contract_id=contract_id, customer_id=customer_id, status=status, cursor=cursor, limit=limit
    )
    return PageOf.of(found, InvoiceSummary)


@router.get("/{invoice_id}", responses=refusals(NotPermitted, NoSuchInvoice))
async def show(invoice_id: UUID, work: InWork) -> InvoiceView:
    """One invoice with its lines and taxes."""
    return await _view(work, invoice_id)


@router.get("/{invoice_id}/lines/{position}/origin", responses=refusals(NotPermitted, NoSuchLine))
async def origin(
    invoice_id: UUID, position: int, work: InWork, cursor: Cursor = None, limit: Limit = 50
) -> PageOf[InvoiceOriginView]:
    """The time entries, or the milestone, that one line is the sum of, by day."""
    return PageOf.of(await queries.origin(work, invoice_id, position, cursor=cursor, limit=limit), InvoiceOriginView)


@router.get(
    "/{invoice_id}/pdf",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}, **refusals(NotPermitted, NotIssuedYet)},
)
async def pdf(invoice_id: UUID, work: InWork) -> Response:
    """The PDF of an issued invoice, byte for byte as it went out."""
    return as_it_went_out(await queries.document(work, invoice_id, FileKind.PDF), FileKind.PDF)


@router.get(
    "/{invoice_id}/ubl",
    response_class=Response,
    responses={200: {"content": {"application/xml": {}}}, **refusals(NotPermitted, NotIssuedYet)},
)
async def ubl(invoice_id: UUID, work: InWork) -> Response:
    """The same as an electronic invoice, UBL 2.1 after EN 16931, byte for byte as it went out."""
    return as_it_went_out(await queries.document(work, invoice_id, FileKind.UBL), FileKind.UBL)


@router.get(
    "/{invoice_id}/preview",
    response_class=Response,
    responses={
        200: {"content": {"application/pdf": {}}},
        **refusals(NotPermitted, NoSuchInvoice, IssuedForGood, DiscardedAlready),
    },
)
async def preview(invoice_id: UUID, work: InWork) -> Response:
    """The PDF of a draft as it would go out today, marked as a draft."""
    return as_a_draft(await actions.preview_invoice(work, invoice_id))


def as_a_draft(pdf: bytes) -> Response:
    """A PDF to be looked at beside a page of ours, made anew each time."""
    headers = {"content-disposition": "inline", "content-security-policy": "frame-ancestors 'self'"}
    return Response(pdf, media_type="application/pdf", headers=headers)


def as_it_went_out(found: IssuedFile, kind: FileKind) -> Response:
    """A document as it was sent: the PDF to be looked at beside a page of ours, anything else to be kept."""
    media, place, ending = SENT_AS[kind]
    headers = {
        "content-disposition": f'{place}; filename="{found.number}.{ending}"',
        "content-security-policy": "frame-ancestors 'self'",
        "etag": f'"{found.sha256}"',
    }
    return Response(found.content, media_type=media, headers=headers)


async def _view(work: InWork, invoice_id: UUID) -> InvoiceView:
    found = await queries.invoice(work, invoice_id)
    return InvoiceView.model_validate({**found.header._mapping, "lines": found.lines, "taxes": found.taxes})
