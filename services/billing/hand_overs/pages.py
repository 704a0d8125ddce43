"""Handing documents over as people see it: what went to whom, and a part of each document's page."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from services.billing.customers.actions import customer_of
from services.billing.hand_overs import actions, queries
from services.billing.hand_overs.api import WantedBody
from services.billing.hand_overs.model import DocumentKind, Wanted
from services.billing.permissions import Permission
from shared.database import LIMIT_DEFAULT
from shared.pages import InWork, PageRoute, chosen_of, form_of, page, toast
from shared.ui.listing import Column, Listing
from shared.ui.words import gettext as _
from shared.ui.words import ngettext
from shared.web import Body, Cursor, key_required

router = APIRouter(prefix="/hand-overs", route_class=PageRoute)
PLACES = {
    DocumentKind.INVOICE: "/billing/invoices/{}",
    DocumentKind.CREDIT_NOTE: "/billing/credit-notes/{}",
    DocumentKind.DUNNING_LETTER: "/billing/dunning/letters/{}",
    DocumentKind.STATEMENT: "/billing/hand-overs",
}


class HandOverForm(WantedBody):
    """One document, and what to write with it."""

    text: Annotated[str, Field(max_length=2000)] = ""


class ChosenForm(Body):
    """Invoices to be sent to their customers' billing addresses."""

    invoice_ids: Annotated[list[UUID], Field(min_length=1, max_length=100)]


@router.get("")
async def hand_overs(
    request: Request, work: InWork, q: Annotated[str, Query(max_length=200)] = "", cursor: Cursor = None
) -> Response:
    """What was handed over, the newest first."""
    found = await queries.listed(work, words=q, cursor=cursor, limit=LIMIT_DEFAULT)
    columns = (
        Column("handed_over_at", _("Handed over")),
        Column("number", _("Document")),
        Column("customer", _("Customer")),
        Column("recipient", _("To")),
        Column("handed_over_by", _("By")),
    )
    rows = [(row, PLACES[row.kind].format(row.document_id)) for row in found.items]
    listing = Listing.of(request, "hand-overs", columns, rows, next=found.next)
    return page(request, "billing/hand_overs/hand_overs.html", listing=listing)


@router.get("/{kind}/{document_id}")
async def of_document(request: Request, kind: DocumentKind, document_id: UUID, work: InWork) -> Response:
    """Whom a document went to, and room to hand it over; a part of its page."""
    found = await queries.listed(work, kind=kind, document_id=document_id, cursor=None, limit=LIMIT_DEFAULT)
    address = ""
    if kind is not DocumentKind.STATEMENT:
        mailing = await actions.mailing_of(work, Wanted(kind, document_id))
        address = (await customer_of(work, mailing.customer_id)).billing_email
    return page(
        request,
        "billing/hand_overs/of_document.html",
        kind=kind,
        document_id=document_id,
        address=address,
        hand_overs=found.items,
        may_send=work.actor.may(Permission.SEND_DOCUMENTS) and kind is not DocumentKind.STATEMENT,
    )


@router.post("", dependencies=[Depends(key_required)])
async def hand_over(request: Request, work: InWork) -> Response:
    """Let a document be sent, and show it again."""
    form = await form_of(request, HandOverForm)
    [made] = await actions.hand_over(work, [form.wanted()], text=form.text)
    return RedirectResponse(PLACES[made.kind].format(made.document_id), 303)


@router.post("/invoices", dependencies=[Depends(key_required)])
async def hand_over_chosen(request: Request, work: InWork) -> Response:
    """Let every chosen invoice be sent to its customer, all or none."""
    form = await chosen_of(request, ChosenForm, "invoice_ids")
    made = await actions.hand_over(work, [Wanted(DocumentKind.INVOICE, one) for one in form.invoice_ids])
    said = ngettext("%(num)s invoice handed over.", "%(num)s invoices handed over.", len(made)) % {"num": len(made)}
    return RedirectResponse("/billing/invoices?status=issued", 303, toast(said))
