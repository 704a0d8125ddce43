"""Invoices as people see them: the list, one invoice with what is behind each line, approving and issuing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from services.billing.invoices import actions, queries
from services.billing.invoices.api import as_a_draft, as_it_went_out
from services.billing.invoices.api.views import DraftBody, IssueBody, ReasonBody
from services.billing.invoices.model import FileKind, InvoiceStatus
from services.billing.permissions import Permission
from services.billing.work_in_progress.model import noted, why
from shared import subjects
from shared.database import LIMIT_DEFAULT, Page
from shared.pages import InWork, PageRoute, chosen_of, form_of, page, said, toast
from shared.pages.waiting import WAITING_AT_MOST, Finder, Hit, Need, Verb
from shared.ui.formats import in_currency
from shared.ui.listing import Column, Listing, Rows
from shared.ui.words import gettext as _
from shared.ui.words import ngettext
from shared.web import Body, Cursor, key_required
from shared.work import Work

router = APIRouter(prefix="/invoices", route_class=PageRoute)


class ChosenForm(Body):
    """Several invoices."""

    invoice_ids: Annotated[list[UUID], Field(min_length=1, max_length=100)]


@router.get("")
async def invoices(
    request: Request,
    work: InWork,
    rows: Rows,
    q: Annotated[str, Query(max_length=200)] = "",
    status: InvoiceStatus | None = None,
) -> Response:
    """Invoices, the newest first."""
    found = await queries.listed(work, status=status, words=q, sort=rows.sort, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("number", _("Number"), sorts=True),
        Column("customer", _("Customer"), "customer_name", sorts=True),
        Column("contract", _("Contract"), "contract_number", sorts=True),
        Column("contract_name", _("Name"), only="file"),
        Column("status", _("Status"), said("billing/invoices/status.html", "mark", "status")),
        Column("net", _("Net"), sorts=True, number=True, currency="currency"),
        Column("gross", _("Gross"), sorts=True, number=True, currency="currency"),
        Column("issued_on", _("Issued"), sorts=True),
        Column("due_on", _("Due"), sorts=True),
    )
    listing = Listing.of(request, "invoices", columns, found.items, next=found.next)
    return page(
        request,
        "billing/invoices/invoices.html",
        listing=listing,
        chosen=status,
        may_approve=work.actor.may(Permission.APPROVE_INVOICES),
        may_send=work.actor.may(Permission.SEND_DOCUMENTS),
    )


@router.post("")
async def draft(request: Request, work: InWork) -> Response:
    """Put the open work of a contract on a draft, and show it."""
    form = await form_of(request, DraftBody)
    invoice = await actions.draft_invoice(work, contract_id=form.contract_id, up_to=form.up_to)
    return RedirectResponse(f"/billing/invoices/{invoice.id}", 303)


@router.post("/approvals")
async def approve_chosen(request: Request, work: InWork) -> Response:
    """Agree to every chosen draft, all or none."""
    form = await chosen_of(request, ChosenForm, "invoice_ids")
    await actions.approve_invoices(work, form.invoice_ids)
    said = ngettext("%(num)s invoice approved.", "%(num)s invoices approved.", len(form.invoice_ids))
    return RedirectResponse("/billing/invoices?status=draft", 303, toast(said % {"num": len(form.invoice_ids)}))


@router.get("/{invoice_id}")
async def invoice(request: Request, invoice_id: UUID, work: InWork) -> Response:
    """One invoice: lines, taxes, its document, and what may be done with it."""
    found = await queries.invoice(work, invoice_id)
    header = found.header
    is_preparer = await subjects.is_same_person(work, header.prepared_by)
    return page(
        request,
        "billing/invoices/invoice.html",
        invoice=header,
        lines=found.lines,
        contracts=found.contracts,
        taxes=found.taxes,
        is_preparer=is_preparer,
        may_approve=work.actor.may(Permission.APPROVE_INVOICES),
        may_issue=work.actor.may(Permission.ISSUE_INVOICES),
        may_discard=work.actor.may(Permission.PREPARE_INVOICES),
    )


@router.get("/{invoice_id}/lines/{position}/origin")
async def origin(request: Request, invoice_id: UUID, position: int, work: InWork, cursor: Cursor = None) -> Response:
    """The time entries, or the milestone, behind one line, each with why it has its rate; a part of the page."""
    found = await queries.origin(work, invoice_id, position, cursor=cursor, limit=LIMIT_DEFAULT)
    here = request.url.path
    return page(
        request,
        "billing/invoices/origin.html",
        rows=found.items,
        why=why,
        noted=noted,
        more=f"{here}?cursor={found.next}" if found.next else None,
    )


@router.get("/{invoice_id}/document.pdf")
async def document(invoice_id: UUID, work: InWork) -> Response:
    """The PDF as it went out, to be shown beside the invoice."""
    return as_it_went_out(await queries.document(work, invoice_id, FileKind.PDF), FileKind.PDF)


@router.get("/{invoice_id}/preview.pdf")
async def preview(invoice_id: UUID, work: InWork) -> Response:
    """The PDF to be shown beside a draft, marked as one; of an invoice issued meanwhile, as it went out."""
    if (await queries.invoice(work, invoice_id)).header.status is InvoiceStatus.ISSUED:
        return as_it_went_out(await queries.document(work, invoice_id, FileKind.PDF), FileKind.PDF)
    return as_a_draft(await actions.preview_invoice(work, invoice_id))


@router.get("/{invoice_id}/document.xml")
async def electronic(invoice_id: UUID, work: InWork) -> Response:
    """The electronic invoice (UBL) as it went out, to be kept."""
    return as_it_went_out(await queries.document(work, invoice_id, FileKind.UBL), FileKind.UBL)


@router.post("/{invoice_id}/approval")
async def approve(invoice_id: UUID, work: InWork) -> Response:
    """Agree to a draft that somebody else prepared."""
    await actions.approve_invoice(work, invoice_id)
    return RedirectResponse(f"/billing/invoices/{invoice_id}", 303)


@router.post("/{invoice_id}/issue", dependencies=[Depends(key_required)])
async def issue(request: Request, invoice_id: UUID, work: InWork) -> Response:
    """Send an approved invoice out, for good."""
    form = await form_of(request, IssueBody)
    await actions.issue_invoice(work, invoice_id, issued_on=form.issued_on)
    return RedirectResponse(f"/billing/invoices/{invoice_id}", 303)


@router.post("/{invoice_id}/discard")
async def discard(request: Request, invoice_id: UUID, work: InWork) -> Response:
    """Give up a draft; the work on it is open again."""
    form = await form_of(request, ReasonBody)
    await actions.discard_invoice(work, invoice_id, reason=form.reason)
    return RedirectResponse(f"/billing/invoices/{invoice_id}", 303)


async def find(work: Work, words: str, limit: int) -> Sequence[Hit]:
    """Invoices by number or customer."""
    found = await queries.listed(work, words=words, cursor=None, limit=limit)
    return [
        Hit(one.number or _("Draft"), f"/billing/invoices/{one.id}", f"{one.customer_name} · {_amount(one)}")
        for one in found.items
    ]


async def needs(work: Work) -> Sequence[Need]:
    """Drafts that somebody else prepared and approved invoices, for whoever may approve or issue them."""
    drafted = partial(queries.listed, status=InvoiceStatus.DRAFT)
    approved = partial(queries.listed, status=InvoiceStatus.APPROVED)
    return await waiting(
        work, "/billing/invoices", (drafted, _("Approve an invoice")), (approved, _("Issue an invoice"))
    )


Listed = Callable[..., Awaitable[Page[Any]]]


async def waiting(work: Work, place: str, drafted: tuple[Listed, str], approved: tuple[Listed, str]) -> Sequence[Need]:
    """Documents at `place` that somebody else prepared: those to approve and those to issue, each with its title."""
    may = ((Permission.APPROVE_INVOICES, Verb.APPROVE, *drafted), (Permission.ISSUE_INVOICES, Verb.BILL, *approved))
    found: list[Need] = []
    for permission, verb, listed, title in may:
        if not work.actor.may(permission):
            continue
        for one in (await listed(work, cursor=None, limit=WAITING_AT_MOST)).items:
            if one.prepared_by != work.actor.subject:
                what = f"{one.customer_name} · {_amount(one)}"
                found.append(Need(verb, title, f"{place}/{one.id}", what, one.prepared_at.date()))
    return found


finder = Finder("Invoices", "receipt", Permission.SEE_INVOICES, find)


def _amount(one: Any) -> str:
    return in_currency(one.gross, one.currency)
