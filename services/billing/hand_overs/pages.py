"""Handing documents over as people see it: what went to whom, and a part of each document's page."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from services.billing.customers.actions import customer_of
from services.billing.hand_overs import actions, queries
from services.billing.hand_overs.api import MailTextsBody, WantedBody
from services.billing.hand_overs.model import DocumentKind, Wanted
from services.billing.hand_overs.model.words import USUAL
from services.billing.invoice_layouts.pages import own_first
from services.billing.legal_entities.queries import legal_entities
from services.billing.permissions import Permission
from shared.database import LIMIT_DEFAULT, LIMIT_MAX
from shared.pages import InWork, PageRoute, chosen_of, form_of, page, toast
from shared.ui.listing import Column, Listing, Rows, who
from shared.ui.words import gettext as _
from shared.ui.words import ngettext
from shared.web import Body, key_required

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


class TextsForm(MailTextsBody):
    """What the e-mails of one legal entity say."""

    legal_entity_id: UUID


class ChosenForm(Body):
    """Invoices to be sent to their customers' billing addresses."""

    invoice_ids: Annotated[list[UUID], Field(min_length=1, max_length=100)]


@router.get("")
async def hand_overs(
    request: Request, work: InWork, rows: Rows, q: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """What was handed over, the newest first."""
    found = await queries.listed(work, words=q, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("handed_over_at", _("Handed over")),
        Column("number", _("Document"), "subject"),
        Column("customer", _("Customer"), "customer_name"),
        Column("recipient", _("To")),
        Column("handed_over_by", _("By"), who("handed_over_by")),
    )
    listing = Listing.of(request, "hand-overs", columns, found.items, next=found.next)
    may_word = work.actor.may(Permission.CONFIGURE)
    return page(request, "billing/hand_overs/hand_overs.html", listing=listing, places=PLACES, may_word=may_word)


@router.get("/texts")
async def texts(
    request: Request, work: InWork, wanted: Annotated[UUID | None, Query(alias="legal_entity")] = None
) -> Response:
    """What the e-mails of a legal entity say, and room to say it anew."""
    work.actor.must(Permission.CONFIGURE)
    entities = (await legal_entities(work, cursor=None, limit=LIMIT_MAX)).items
    chosen = next((one for one in entities if one.id == wanted), entities[0] if entities else None)
    return page(
        request,
        "billing/hand_overs/texts.html",
        entities=entities,
        legal_entity=chosen,
        texts=await queries.mail_texts(work, chosen.id) if chosen else None,
        languages=await own_first(work, chosen.id) if chosen else {},
        kinds=kinds(),
        usual=USUAL,
    )


@router.post("/texts")
async def word(request: Request, work: InWork) -> Response:
    """Say what the e-mails of a legal entity say."""
    form = await form_of(request, TextsForm)
    await actions.word_mails(work, form.legal_entity_id, form.told())
    place = f"/billing/hand-overs/texts?legal_entity={form.legal_entity_id}"
    return RedirectResponse(place, 303, toast(_("Saved.")))


@router.get("/{kind}/{document_id}")
async def of_document(request: Request, kind: DocumentKind, document_id: UUID, work: InWork) -> Response:
    """Whom a document went to, and room to hand it over; a part of its page."""
    found = await queries.listed(work, kind=kind, document_id=document_id, cursor=None, limit=LIMIT_DEFAULT)
    address, mailing = "", None
    if kind is not DocumentKind.STATEMENT:
        mailing = await actions.mailing_of(work, Wanted(kind, document_id))
        address = (await customer_of(work, mailing.customer_id)).billing_email
    return page(
        request,
        "billing/hand_overs/of_document.html",
        kind=kind,
        document_id=document_id,
        address=address,
        text=mailing.text if mailing else "",
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


def kinds() -> dict[DocumentKind, tuple[str, str]]:
    """What is sent, in words, and what e-mails about it can say beside what all of them can."""
    return {
        DocumentKind.INVOICE: (_("Invoices"), "{number}, {gross}, {due_on}"),
        DocumentKind.CREDIT_NOTE: (_("Credit notes"), "{number}, {gross}, {credited}"),
        DocumentKind.DUNNING_LETTER: (_("Dunning letters"), "{title}, {total}"),
        DocumentKind.STATEMENT: (_("Statements of account"), "{from}, {to}, {balance}"),
    }
