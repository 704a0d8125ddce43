"""Setting up the firms of ours that sell."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.billing.ledger.actions import open_chart
from services.billing.legal_entities import store
from services.billing.legal_entities.model import (
    LegalEntity,
    NoDefaultLegalEntity,
    NoSuchLegalEntity,
    SeriesTaken,
    TaxText,
    check_iban,
    check_tax_rules,
)
from services.billing.permissions import Permission
from shared.work import Work


async def set_up_legal_entity(work: Work, entity: LegalEntity) -> LegalEntity:
    """Keep a new legal entity with its tax rules, and open its books.

    Raises InvalidIban, MissingTaxRule, TaxRuleContradicts, SeriesTaken.
    """
    work.actor.must(Permission.CONFIGURE)
    check_iban(entity.iban)
    check_tax_rules(entity.tax_rules)
    if entity.invoice_series == entity.credit_note_series or await store.is_series_taken(work, entity):
        raise SeriesTaken(field="/credit_note_series")
    await store.add(work, entity)
    await open_chart(work, entity.code)
    return entity


async def word_tax_rules(work: Work, entity_id: UUID, texts: Sequence[TaxText]) -> LegalEntity:
    """Say in other languages why no tax is due, from the next draft on. Raises NoSuchLegalEntity, NoSuchTaxRule."""
    work.actor.must(Permission.CONFIGURE)
    entity = await legal_entity_of(work, entity_id)
    entity.word_tax_rules(texts)
    await store.keep(work)
    return entity


async def legal_entity_of(work: Work, entity_id: UUID) -> LegalEntity:
    """One legal entity. Raises NoSuchLegalEntity."""
    found = await store.find(work, entity_id)
    if found is None:
        raise NoSuchLegalEntity()
    return found


async def seller_for(work: Work, code: str | None) -> LegalEntity:
    """The legal entity that sells: the one with `code`, or the default. Raises NoDefaultLegalEntity."""
    found = await store.seller(work, code)
    if found is None:
        raise NoDefaultLegalEntity(f"There is no legal entity {code}." if code else None)
    return found
