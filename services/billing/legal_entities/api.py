"""Legal entities over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.billing.legal_entities import queries
from services.billing.legal_entities.actions import (
    change_legal_entity,
    make_default,
    set_up_legal_entity,
    tax_by,
    word_tax_rules,
)
from services.billing.legal_entities.model import (
    InvalidIban,
    Language,
    LegalEntity,
    MissingTaxRule,
    NoSuchLegalEntity,
    NoSuchTaxRule,
    Particulars,
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

    def told(self) -> TaxRule:
        """As the model has it."""
        return TaxRule(**self.model_dump())


class ParticularsBody(Body):
    """What changes in the course of years; `invoice_series` is what invoice numbers begin with, such as `INV-2026-`.

    Credit notes have a series of their own; without it, theirs begins with `CN-` and that of the invoices.
    """

    name: Named
    street: Named
    postal_code: Named
    city: Named
    tax_registration: Named
    iban: Annotated[str, Field(pattern=r"^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$")]
    payment_terms_days: Annotated[int, Field(ge=0, le=365)] = 30
    invoice_series: Annotated[str, Field(pattern=r"^[A-Z0-9/-]{1,20}$")]
    credit_note_series: Annotated[str | None, Field(pattern=r"^[A-Z0-9/-]{1,23}$")] = None

    def told(self) -> Particulars:
        """As the model has it."""
        names = Particulars.__dataclass_fields__
        series = self.credit_note_series or f"CN-{self.invoice_series}"
        return Particulars(**{name: getattr(self, name) for name in names} | {"credit_note_series": series})


class FirmBody(ParticularsBody):
    """A firm of ours without its taxes."""

    code: Annotated[str, Field(pattern=r"^[A-Z0-9_-]{1,20}$")]
    country: Country
    functional_currency: Currency
    is_default: bool = False

    def entity(self, id: UUID, rules: Sequence[TaxRuleBody]) -> LegalEntity:
        """As the model has it."""
        return LegalEntity(
            id=id,
            code=self.code,
            country=self.country,
            functional_currency=self.functional_currency,
            is_default=self.is_default,
            tax_rules=[rule.told() for rule in rules],
            **asdict(self.told()),
        )


class LegalEntityBody(FirmBody):
    """A firm of ours with the taxes on what it sells."""

    tax_rules: list[TaxRuleBody]


class TaxRulesBody(Body):
    """The tax on sales into every territory, all of it."""

    tax_rules: Annotated[list[TaxRuleBody], Field(max_length=500)]


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
    entity = body.entity(legal_entity_id, body.tax_rules)
    return LegalEntityView.model_validate(await set_up_legal_entity(work, entity))


@router.post(
    "/{legal_entity_id}/particulars", responses=refusals(NotPermitted, NoSuchLegalEntity, InvalidIban, SeriesTaken)
)
async def change(legal_entity_id: UUID, body: ParticularsBody, work: InWork) -> LegalEntityView:
    """Change name, address, account, terms or number series; it counts from the next invoice on."""
    return LegalEntityView.model_validate(await change_legal_entity(work, legal_entity_id, body.told()))


@router.post(
    "/{legal_entity_id}/tax-rules",
    responses=refusals(NotPermitted, NoSuchLegalEntity, MissingTaxRule, TaxRuleContradicts),
)
async def tax(legal_entity_id: UUID, body: TaxRulesBody, work: InWork) -> LegalEntityView:
    """Tax by these rules, and no other; it counts from the next draft on."""
    changed = await tax_by(work, legal_entity_id, [rule.told() for rule in body.tax_rules])
    return LegalEntityView.model_validate(changed)


@router.post("/{legal_entity_id}/default", responses=refusals(NotPermitted, NoSuchLegalEntity))
async def sell_by_default(legal_entity_id: UUID, work: InWork) -> LegalEntityView:
    """Let this legal entity sell where a sale names none, instead of the one before."""
    return LegalEntityView.model_validate(await make_default(work, legal_entity_id))


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
