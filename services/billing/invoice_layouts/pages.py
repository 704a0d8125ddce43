"""Invoice layouts as people see them: one for each legal entity."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from services.billing.invoice_layouts import queries
from services.billing.invoice_layouts.actions import give_logo, lay_out, take_logo_away
from services.billing.invoice_layouts.api import LayoutBody, as_picture
from services.billing.invoice_layouts.model import Design, Grouping
from services.billing.legal_entities.actions import word_tax_rules
from services.billing.legal_entities.api import TaxTextsBody
from services.billing.legal_entities.model import Language
from services.billing.legal_entities.queries import legal_entities
from services.billing.permissions import Permission
from shared.pages import InWork, PageRoute, form_of, page
from shared.ui.listing import Column, Listing, Rows
from shared.ui.words import gettext as _
from shared.work import Work

router = APIRouter(prefix="/invoice-layouts", route_class=PageRoute)


@router.get("")
async def layouts(request: Request, work: InWork, rows: Rows) -> Response:
    """The legal entities by code, each of which has a layout."""
    work.actor.must(Permission.CONFIGURE)
    found = await legal_entities(work, cursor=rows.cursor, limit=rows.limit)
    columns = (Column("code", _("Code")), Column("name", _("Legal entity")), Column("city", _("City")))
    listing = Listing.of(request, "layouts", columns, found.items, next=found.next)
    return page(request, "billing/invoice_layouts/layouts.html", listing=listing)


@router.get("/{legal_entity_id}")
async def layout(request: Request, legal_entity_id: UUID, work: InWork) -> Response:
    """How the invoices of one legal entity read and look."""
    work.actor.must(Permission.CONFIGURE)
    found = await queries.layout(work, legal_entity_id)
    return page(
        request,
        "billing/invoice_layouts/layout.html",
        entity=found.entity,
        layout=found.layout,
        has_logo=found.has_logo,
        designs=designs(),
        groupings=groupings(),
        languages=languages(),
        untaxed=[rule for rule in found.entity.tax_rules if rule.reference_text],
    )


@router.post("/{legal_entity_id}")
async def put(request: Request, legal_entity_id: UUID, work: InWork) -> Response:
    """Say how its invoices read and look."""
    form = await form_of(request, LayoutBody)
    await lay_out(work, legal_entity_id, **form.told())
    return RedirectResponse(f"/billing/invoice-layouts/{legal_entity_id}", 303)


@router.post("/{legal_entity_id}/tax-texts")
async def word(request: Request, legal_entity_id: UUID, work: InWork) -> Response:
    """Say in other languages why no tax is due."""
    form = await form_of(request, TaxTextsBody)
    await word_tax_rules(work, legal_entity_id, form.told())
    return RedirectResponse(f"/billing/invoice-layouts/{legal_entity_id}", 303)


@router.post("/{legal_entity_id}/logo")
async def put_logo(legal_entity_id: UUID, work: InWork, files: Annotated[UploadFile, File()]) -> Response:
    """Set a logo on its invoices."""
    await give_logo(work, legal_entity_id, await files.read())
    return RedirectResponse(f"/billing/invoice-layouts/{legal_entity_id}", 303)


@router.post("/{legal_entity_id}/logo/removal")
async def delete_logo(legal_entity_id: UUID, work: InWork) -> Response:
    """Let its name stand in the place of the logo again."""
    await take_logo_away(work, legal_entity_id)
    return RedirectResponse(f"/billing/invoice-layouts/{legal_entity_id}", 303)


@router.get("/{legal_entity_id}/logo")
async def logo(legal_entity_id: UUID, work: InWork) -> Response:
    """The logo, to be shown on the page."""
    work.actor.must(Permission.CONFIGURE)
    return as_picture(await queries.logo(work, legal_entity_id))


def designs() -> dict[Design, str]:
    """How the PDF is laid out, in words."""
    return {
        Design.CLASSIC: _("Classic, with rules"),
        Design.MODERN: _("Modern, with a band of colour"),
        Design.COMPACT: _("Compact, for many lines"),
    }


def languages() -> dict[Language, str]:
    """What we write to customers in, in words."""
    return {Language.ENGLISH: _("English"), Language.GERMAN: _("German"), Language.FRENCH: _("French")}


async def own_first(work: Work, legal_entity_id: UUID) -> dict[Language, str]:
    """What a legal entity writes in, in words: first what it writes in where the customer has no other language."""
    own = (await queries.layout(work, legal_entity_id)).layout.language
    return {own: languages()[own], **languages()}


def groupings() -> dict[Grouping, str]:
    """What has a line of its own, in words."""
    return {
        Grouping.ROLE: _("Role"),
        Grouping.PERSON: _("Person"),
        Grouping.PROJECT: _("Project"),
        Grouping.TASK: _("Task"),
        Grouping.ENTRY: _("Time entry"),
        Grouping.LINE: _("Contract line"),
    }
