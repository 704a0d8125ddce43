"""Legal entities as people set them up: who they are, how they are paid, how they number and which tax they owe."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field, model_validator

from services.billing.legal_entities import actions, queries
from services.billing.legal_entities.api import FirmBody, ParticularsBody, TaxRuleBody
from services.billing.legal_entities.model import TaxCategory, TaxRule, Territory
from services.billing.permissions import Permission
from shared.contracts.base import Amount
from shared.ids import new_id
from shared.pages import InWork, PageRoute, Typed, form_of, page, toast
from shared.ui.listing import Column, Listing, Rows
from shared.ui.words import gettext as _
from shared.web import Body, key_required

HERE = "/billing/legal-entities"
router = APIRouter(prefix="/legal-entities", route_class=PageRoute)


class TaxRuleForm(TaxRuleBody):
    """One rule as it is typed."""

    rate: Annotated[Amount, Typed, Field(ge=0, lt=100, decimal_places=2)]


class TaxRulesForm(Body):
    """All rules as they are typed; a row without a territory says nothing."""

    tax_rules: Annotated[list[TaxRuleForm], Field(max_length=500)] = Field(default_factory=list)

    @model_validator(mode="before")
    @classmethod
    def _without_empty_rows(cls, said: dict[str, Any]) -> dict[str, Any]:
        return {**said, "tax_rules": [rule for rule in said.get("tax_rules", ()) if rule.get("territory")]}

    def rules(self) -> list[TaxRule]:
        """As the model has them."""
        return [rule.told() for rule in self.tax_rules]


class LegalEntityForm(TaxRulesForm, FirmBody):
    """A firm of ours with its taxes, as it is typed."""


@router.get("")
async def legal_entities(request: Request, work: InWork, rows: Rows) -> Response:
    """The legal entities by code."""
    found = await queries.legal_entities(work, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("code", _("Code")),
        Column("name", _("Legal entity")),
        Column("city", _("City"), only="file"),
        Column("country", _("Country")),
        Column("functional_currency", _("Books in")),
        Column("invoice_series", _("Invoices")),
        Column("credit_note_series", _("Credit notes")),
        Column("is_default", _("Sells"), lambda row: _("By default") if row.is_default else _("where a sale names it")),
    )
    return page(
        request,
        "billing/legal_entities/legal_entities.html",
        listing=Listing.of(request, "legal-entities", columns, found.items, next=found.next),
        may_configure=work.actor.may(Permission.CONFIGURE),
    )


@router.get("/new")
async def new(request: Request, work: InWork) -> Response:
    """An empty form for a firm of ours, taxed as most are until somebody says otherwise."""
    work.actor.must(Permission.CONFIGURE)
    is_first = not (await queries.legal_entities(work, cursor=None, limit=1)).items
    return page(
        request, "billing/legal_entities/new.html", is_first=is_first, year=work.now.year, **_tax_words(), rules=[]
    )


@router.get("/choices")
async def choices(request: Request, work: InWork, chosen: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Our firms to choose from, for a form of sales; a code that is none of them stays chosen."""
    found = await queries.choices(work)
    return page(request, "billing/legal_entities/choices.html", choices=found, chosen=chosen)


@router.post("", dependencies=[Depends(key_required)])
async def set_up(request: Request, work: InWork) -> Response:
    """Set up a legal entity with its tax rules and its books."""
    form = await form_of(request, LegalEntityForm)
    entity = await actions.set_up_legal_entity(work, form.entity(new_id(), form.tax_rules))
    return RedirectResponse(
        f"{HERE}/{entity.id}", 303, toast(_("The books of %(code)s are open.") % {"code": entity.code})
    )


@router.get("/{legal_entity_id}")
async def legal_entity(request: Request, legal_entity_id: UUID, work: InWork) -> Response:
    """One legal entity, with the ways to everything else that is set up for it."""
    found = await queries.legal_entity(work, legal_entity_id)
    return page(
        request,
        "billing/legal_entities/legal_entity.html",
        entity=found,
        rules=found.tax_rules,
        **_tax_words(),
        may_configure=work.actor.may(Permission.CONFIGURE),
    )


@router.post("/{legal_entity_id}/particulars")
async def change(request: Request, legal_entity_id: UUID, work: InWork) -> Response:
    """Change name, address, account, terms or number series."""
    form = await form_of(request, ParticularsBody)
    await actions.change_legal_entity(work, legal_entity_id, form.told())
    return _kept(legal_entity_id, _("Kept. It counts from the next invoice on."))


@router.post("/{legal_entity_id}/tax-rules")
async def tax(request: Request, legal_entity_id: UUID, work: InWork) -> Response:
    """Tax by these rules, and no other."""
    form = await form_of(request, TaxRulesForm)
    await actions.tax_by(work, legal_entity_id, form.rules())
    return _kept(legal_entity_id, _("Kept. It counts from the next draft on."))


@router.post("/{legal_entity_id}/default")
async def sell_by_default(legal_entity_id: UUID, work: InWork) -> Response:
    """Let this one sell where a sale names none."""
    entity = await actions.make_default(work, legal_entity_id)
    return _kept(legal_entity_id, _("%(code)s sells from now on.") % {"code": entity.code})


def _kept(legal_entity_id: UUID, said: str) -> Response:
    return RedirectResponse(f"{HERE}/{legal_entity_id}", 303, toast(said))


def _tax_words() -> dict[str, Any]:
    return {
        "territories": {
            Territory.DOMESTIC: _("At home"),
            Territory.EUROPEAN_UNION: _("European Union"),
            Territory.ABROAD: _("Abroad"),
        },
        "categories": {
            TaxCategory.STANDARD: _("Taxed at the rate"),
            TaxCategory.REVERSE_CHARGE: _("Reverse charge"),
            TaxCategory.ZERO: _("Zero rated"),
            TaxCategory.EXEMPT: _("Exempt"),
            TaxCategory.OUTSIDE_SCOPE: _("Outside the scope"),
        },
    }
