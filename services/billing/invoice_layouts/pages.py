"""Invoice layouts as people see them: one for each legal entity."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.billing.invoice_layouts import queries
from services.billing.invoice_layouts.actions import lay_out
from services.billing.invoice_layouts.api import LayoutBody
from services.billing.invoice_layouts.model import Grouping
from services.billing.legal_entities.actions import word_tax_rules
from services.billing.legal_entities.api import TaxTextsBody
from services.billing.legal_entities.model import Language
from services.billing.legal_entities.queries import legal_entities
from services.billing.permissions import Permission
from shared.database import LIMIT_DEFAULT
from shared.pages import InWork, PageRoute, form_of, page
from shared.ui.listing import Column, Listing
from shared.ui.words import gettext as _
from shared.web import Cursor

router = APIRouter(prefix="/invoice-layouts", route_class=PageRoute)


@router.get("")
async def layouts(request: Request, work: InWork, cursor: Cursor = None) -> Response:
    """The legal entities by code, each of which has a layout."""
    work.actor.must(Permission.CONFIGURE)
    found = await legal_entities(work, cursor=cursor, limit=LIMIT_DEFAULT)
    columns = (Column("code", _("Code")), Column("name", _("Legal entity")), Column("city", _("City")))
    listing = Listing.of(request, "layouts", columns, found.items, next=found.next)
    return page(request, "billing/invoice_layouts/layouts.html", listing=listing)


@router.get("/{legal_entity_id}")
async def layout(request: Request, legal_entity_id: UUID, work: InWork) -> Response:
    """How the invoices of one legal entity read."""
    work.actor.must(Permission.CONFIGURE)
    found = await queries.layout(work, legal_entity_id)
    return page(
        request,
        "billing/invoice_layouts/layout.html",
        entity=found.entity,
        layout=found.layout,
        groupings=groupings(),
        languages=languages(),
        untaxed=[rule for rule in found.entity.tax_rules if rule.reference_text],
    )


@router.post("/{legal_entity_id}")
async def put(request: Request, legal_entity_id: UUID, work: InWork) -> Response:
    """Say how its invoices read."""
    form = await form_of(request, LayoutBody)
    await lay_out(work, legal_entity_id, **form.model_dump())
    return RedirectResponse(f"/billing/invoice-layouts/{legal_entity_id}", 303)


@router.post("/{legal_entity_id}/tax-texts")
async def word(request: Request, legal_entity_id: UUID, work: InWork) -> Response:
    """Say in other languages why no tax is due."""
    form = await form_of(request, TaxTextsBody)
    await word_tax_rules(work, legal_entity_id, form.told())
    return RedirectResponse(f"/billing/invoice-layouts/{legal_entity_id}", 303)


def languages() -> dict[Language, str]:
    """What an invoice is written in, in words."""
    return {Language.ENGLISH: _("English"), Language.GERMAN: _("German"), Language.FRENCH: _("French")}


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
