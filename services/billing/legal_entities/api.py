"""Legal entities over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.billing.legal_entities import queries
from services.billing.legal_entities.actions import set_up_legal_entity, word_tax_rules
from services.billing.legal_entities.model import (
    InvalidIban,
    Language,
    LegalEntity,
    MissingTaxRule,
    NoSuchLegalEntity,
    NoSuchTaxRule,
    SeriesTaken,
    TaxCategory,
    TaxRule,
    TaxRuleContradicts,
    TaxText,
    Territory,
)
from shared.actor import NotPermitted
from shared.contracts.base import Amount, Currency
from shared.web import Body, Cursor, InWork, Limit, PageOf, View, WorkRoute, refusals

router = APIRouter(prefix="/legal-entities", tags=["legal entities"], route_class=WorkRoute)

Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166 alpha-2")]
Named = Annotated[str, Field(min_length=1, max_length=200)]


class TaxRuleBody(Body):
    """The tax on sales into one territory, of everything or of one `product`; `rate` in percent."""

    territory: Territory
    category: TaxCategory
    rate: Annotated[Amount, Field(ge=0, lt=100, decimal_places=2)]
    reference_text: Annotated[str, Field(max_length=500)] = ""
    product: Annotated[str, Field(max_length=200)] = ""


class LegalEntityBody(Body):
    """A firm of ours; `invoice_series` is what its invoice numbers begin with, such as `INV-2026-`.

    Credit notes have a series of their own; without it, theirs begins with `CN-` and that of the invoices.
    """

    code: Annotated[str, Field(pattern=r"^[A-Z0-9_-]{1,20}$")]
    name: Named
    street: Named
    postal_code: Named
    city: Named
    country: Country
    tax_registration: Named
    functional_currency: Currency
    iban: Annotated[str, Field(pattern=r"^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$")]
    payment_terms_days: Annotated[int, Field(ge=0, le=365)] = 30
    invoice_series: Annotated[str, Field(pattern=r"^[A-Z0-9/-]{1,20}$")]
    credit_note_series: Annotated[str | None, Field(pattern=r"^[A-Z0-9/-]{1,23}$")] = None
    is_default: bool = False
    tax_rules: list[TaxRuleBody]


class TaxTextBody(Body):
    """What the reference text of one tax rule says in one language; empty, it has none there."""

    territory: Territory
    product: Annotated[str, Field(max_length=200)] = ""
    language: Language
    text: Annotated[str, Field(max_length=500)] = ""


class TaxTextsBody(Body):
    """The reference texts in other languages, all of them."""

    texts: Annotated[list[TaxTextBody], Field(max_length=500)]

    def told(self) -> list[TaxText]:
        """As the model has it."""
        return [TaxText(**one.model_dump()) for one in self.texts]


class TaxRuleView(View):
    """One tax rule."""

    territory: Territory
    category: TaxCategory
    rate: Amount
    reference_text: str
    product: str
    texts: dict[Language, str]


class LegalEntityView(View):
    """A firm of ours."""

    id: UUID
    code: str
    name: str
    street: str
    postal_code: str
    city: str
    country: str
    tax_registration: str
    functional_currency: str
    iban: str
    payment_terms_days: int
    invoice_series: str
    credit_note_series: str
    is_default: bool
    tax_rules: list[TaxRuleView]


WRONG_ENTITY = (NotPermitted, InvalidIban, MissingTaxRule, TaxRuleContradicts, SeriesTaken)


@router.put("/{legal_entity_id}", responses=refusals(*WRONG_ENTITY))
async def set_up(legal_entity_id: UUID, body: LegalEntityBody, work: InWork) -> LegalEntityView:
    """Set up a legal entity with its tax rules, one for each territory."""
    rules = [TaxRule(**rule.model_dump()) for rule in body.tax_rules]
    told = body.model_dump(exclude={"tax_rules"})
    told["credit_note_series"] = body.credit_note_series or f"CN-{body.invoice_series}"
    entity = LegalEntity(id=legal_entity_id, tax_rules=rules, **told)
    return LegalEntityView.model_validate(await set_up_legal_entity(work, entity))


@router.post("/{legal_entity_id}/tax-texts", responses=refusals(NotPermitted, NoSuchLegalEntity, NoSuchTaxRule))
async def word(legal_entity_id: UUID, body: TaxTextsBody, work: InWork) -> LegalEntityView:
    """Say in other languages why no tax is due; it counts from the next draft on."""
    return LegalEntityView.model_validate(await word_tax_rules(work, legal_entity_id, body.told()))


@router.get("/{legal_entity_id}", responses=refusals(NotPermitted, NoSuchLegalEntity))
async def show(legal_entity_id: UUID, work: InWork) -> LegalEntityView:
    """One legal entity."""
    return LegalEntityView.model_validate(await queries.legal_entity(work, legal_entity_id))


@router.get("", responses=refusals(NotPermitted))
async def listed(work: InWork, cursor: Cursor = None, limit: Limit = 50) -> PageOf[LegalEntityView]:
    """The legal entities, by code."""
    return PageOf.of(await queries.legal_entities(work, cursor=cursor, limit=limit), LegalEntityView)
