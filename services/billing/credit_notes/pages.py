"""Credit notes as people see them: the list, one credit note, and choosing what of an invoice to credit."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from services.billing.credit_notes import actions, queries
from services.billing.credit_notes.model.credit_note import CreditNoteStatus
from services.billing.credit_notes.model.crediting import Choice, NothingToCredit
from services.billing.invoices import queries as of_invoices
from services.billing.invoices.api import as_it_went_out
from services.billing.invoices.api.views import IssueBody, ReasonBody
from services.billing.invoices.model import FileKind
from services.billing.invoices.pages import waiting
from services.billing.permissions import Permission
from shared import subjects
from shared.database import LIMIT_DEFAULT
from shared.pages import InWork, PageRoute, form_of, page, said
from shared.pages.waiting import Finder, Hit, Need
from shared.ui.forms import typed_amount, typed_minutes
from shared.ui.listing import Column, Listing, Rows
from shared.ui.words import gettext as _
from shared.web import Body, Cursor, key_required
from shared.work import Work

router = APIRouter(route_class=PageRoute)


class LineForm(Body):
    """What was typed beside one line of the invoice, or one item behind it; left empty, it is not credited."""

    position: int | None = None
    item_id: UUID | None = None
    hours: str = ""
    amount: str = ""

    def choice(self, field: str) -> Choice | None:
        """What was chosen here."""
        minutes = typed_minutes(self.hours, f"{field}/hours") if self.hours else None
        amount = typed_amount(self.amount, f"{field}/amount") if self.amount else None
        if minutes is None and amount is None:
            return None
        typed = "hours" if minutes is not None else "amount"
        return Choice(minutes, amount, self.position, self.item_id, f"/{field}/{typed}")


class CreditForm(Body):
    """All of an invoice, or hours and amounts of its lines."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]
    everything: bool = False
    rebills: bool = False
    lines: list[LineForm] = Field(default_factory=list)
    items: list[LineForm] = Field(default_factory=list)

    def choices(self) -> list[Choice]:
        """What was chosen. Raises NothingToCredit where nothing was, since that is not everything."""
        lines = [one.choice(f"lines/{number}") for number, one in enumerate(self.lines)]
        items = [one.choice(f"items/{number}") for number, one in enumerate(self.items)]
        found = [one for one in (*lines, *items) if one is not None]
        if not found and not self.everything:
            raise NothingToCredit(field="/lines/0/hours")
        return [] if self.everything else found


@router.get("/credit-notes")
async def credit_notes(
    request: Request,
    work: InWork,
    rows: Rows,
    q: Annotated[str, Query(max_length=200)] = "",
    status: CreditNoteStatus | None = None,
) -> Response:
    """Credit notes, the newest first."""
    found = await queries.listed(work, status=status, words=q, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("number", _("Number")),
        Column("customer", _("Customer"), "customer_name"),
        Column("invoice", _("Invoice"), "invoice_number"),
        Column("reason", _("Why")),
        Column("status", _("Status"), said("billing/invoices/status.html", "mark", "status")),
        Column("net", _("Net"), number=True, currency="currency"),
        Column("gross", _("Gross"), number=True, currency="currency"),
        Column("issued_on", _("Issued")),
    )
    listing = Listing.of(request, "credit-notes", columns, found.items, next=found.next)
    return page(request, "billing/credit_notes/credit_notes.html", listing=listing, chosen=status)


@router.get("/credit-notes/{credit_note_id}")
async def credit_note(request: Request, credit_note_id: UUID, work: InWork, cursor: Cursor = None) -> Response:
    """One credit note: lines, the work that is taken back, its document, and what may be done with it."""
    found = await queries.credit_note(work, credit_note_id)
    behind = await queries.origin(work, credit_note_id, cursor=cursor, limit=LIMIT_DEFAULT)
    return page(
        request,
        "billing/credit_notes/credit_note.html",
        note=found.header,
        lines=found.lines,
        taxes=found.taxes,
        contracts=found.contracts,
        behind=behind,
        is_preparer=await subjects.is_same_person(work, found.header.prepared_by),
        may_approve=work.actor.may(Permission.APPROVE_INVOICES),
        may_issue=work.actor.may(Permission.ISSUE_INVOICES),
        may_discard=work.actor.may(Permission.PREPARE_INVOICES),
    )


@router.get("/invoices/{invoice_id}/credit")
async def choosing(request: Request, invoice_id: UUID, work: InWork) -> Response:
    """What of an invoice is left to be credited, line by line, with room to say how much of it is."""
    found = await of_invoices.invoice(work, invoice_id)
    left = await queries.left(work, invoice_id)
    earlier = await queries.listed(work, invoice_id=invoice_id, cursor=None, limit=LIMIT_DEFAULT)
    return page(
        request,
        "billing/credit_notes/choosing.html",
        invoice=found.header,
        lines=found.lines,
        contracts=found.contracts,
        left=left,
        earlier=earlier.items,
        may_draft=work.actor.may(Permission.PREPARE_INVOICES) and any(one.amount > 0 for one in left.values()),
    )


@router.get("/invoices/{invoice_id}/credit/lines/{position}")
async def choosing_hours(
    request: Request, invoice_id: UUID, position: int, work: InWork, cursor: Cursor = None
) -> Response:
    """The entries behind one line, each with room to say how much of it is credited; a part of the page."""
    found = await of_invoices.origin(work, invoice_id, position, cursor=cursor, limit=LIMIT_DEFAULT)
    more = f"{request.url.path}?cursor={found.next}" if found.next else None
    return page(request, "billing/credit_notes/hours.html", rows=found.items, more=more)


@router.post("/invoices/{invoice_id}/credit")
async def draft(request: Request, invoice_id: UUID, work: InWork) -> Response:
    """Put what was chosen on a draft, and show it."""
    form = await form_of(request, CreditForm)
    note = await actions.draft_credit_note(
        work, invoice_id, reason=form.reason, choices=form.choices(), rebills=form.rebills
    )
    return RedirectResponse(f"/billing/credit-notes/{note.id}", 303)


@router.get("/credit-notes/{credit_note_id}/document.pdf")
async def document(credit_note_id: UUID, work: InWork) -> Response:
    """The PDF as it went out, to be shown beside the credit note."""
    return as_it_went_out(await queries.document(work, credit_note_id, FileKind.PDF), FileKind.PDF)


@router.get("/credit-notes/{credit_note_id}/document.xml")
async def electronic(credit_note_id: UUID, work: InWork) -> Response:
    """The electronic invoice (UBL) as it went out, to be kept."""
    return as_it_went_out(await queries.document(work, credit_note_id, FileKind.UBL), FileKind.UBL)


@router.post("/credit-notes/{credit_note_id}/approval")
async def approve(credit_note_id: UUID, work: InWork) -> Response:
    """Agree to a draft that somebody else prepared."""
    await actions.approve_credit_note(work, credit_note_id)
    return RedirectResponse(f"/billing/credit-notes/{credit_note_id}", 303)


@router.post("/credit-notes/{credit_note_id}/issue", dependencies=[Depends(key_required)])
async def issue(request: Request, credit_note_id: UUID, work: InWork) -> Response:
    """Send an approved credit note out, for good."""
    form = await form_of(request, IssueBody)
    await actions.issue_credit_note(work, credit_note_id, issued_on=form.issued_on)
    return RedirectResponse(f"/billing/credit-notes/{credit_note_id}", 303)


@router.post("/credit-notes/{credit_note_id}/discard")
async def discard(request: Request, credit_note_id: UUID, work: InWork) -> Response:
    """Give up a draft; the invoice stands as it was."""
    form = await form_of(request, ReasonBody)
    await actions.discard_credit_note(work, credit_note_id, reason=form.reason)
    return RedirectResponse(f"/billing/credit-notes/{credit_note_id}", 303)


async def find(work: Work, words: str, limit: int) -> Sequence[Hit]:
    """Credit notes by number, invoice or customer."""
    found = await queries.listed(work, words=words, cursor=None, limit=limit)
    return [
        Hit(one.number or _("Draft"), f"/billing/credit-notes/{one.id}", f"{one.customer_name} · {one.invoice_number}")
        for one in found.items
    ]


async def needs(work: Work) -> Sequence[Need]:
    """Drafts that somebody else prepared and approved credit notes, for whoever may approve or issue them."""
    drafted = partial(queries.listed, status=CreditNoteStatus.DRAFT)
    approved = partial(queries.listed, status=CreditNoteStatus.APPROVED)
    titles = _("Approve a credit note"), _("Issue a credit note")
    return await waiting(work, "/billing/credit-notes", (drafted, titles[0]), (approved, titles[1]))


finder = Finder("Credit notes", "receipt-refund", Permission.SEE_INVOICES, find)
