"""Setting up the firms of ours that sell."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from services.billing.ledger.actions import open_chart
from services.billing.legal_entities import store
from services.billing.legal_entities.model import (
    LegalEntity,
    NoDefaultLegalEntity,
    NoSuchLegalEntity,
    Particulars,
    SeriesTaken,
    TaxRule,
    TaxText,
    check_iban,
    check_tax_rules,
)
from services.billing.numbering.actions import is_begun
from services.billing.permissions import Permission
from shared.work import Work


async def set_up_legal_entity(work: Work, entity: LegalEntity) -> LegalEntity:
    """Keep a new legal entity with its tax rules, and open its books.

    Raises InvalidIban, MissingTaxRule, TaxRuleContradicts, SeriesTaken.
    """
    work.actor.must(Permission.CONFIGURE)
    check_iban(entity.iban)
    check_tax_rules(entity.tax_rules)
    await _series_must_be_free(work, entity)
    await store.add(work, entity)
    await open_chart(work, entity.code)
    return entity


async def change_legal_entity(work: Work, entity_id: UUID, particulars: Particulars) -> LegalEntity:
    """Let a legal entity be called, paid and numbered like this from its next invoice on.

    Raises NoSuchLegalEntity, InvalidIban, SeriesTaken.
    """
    work.actor.must(Permission.CONFIGURE)
    entity = await legal_entity_of(work, entity_id)
    before = entity.series
    entity.change(particulars)
    await _series_must_be_free(work, entity, own=before)
    await store.keep(work)
    return entity


async def tax_by(work: Work, entity_id: UUID, rules: Sequence[TaxRule]) -> LegalEntity:
    """Tax by these rules, and no other, from the next draft on.

    Raises NoSuchLegalEntity, MissingTaxRule, TaxRuleContradicts.
    """
    work.actor.must(Permission.CONFIGURE)
    entity = await legal_entity_of(work, entity_id)
    entity.tax_by(rules)
    await store.keep(work)
    return entity


async def make_default(work: Work, entity_id: UUID) -> LegalEntity:
    """Let a legal entity sell where a sale names none, instead of the one before. Raises NoSuchLegalEntity."""
    work.actor.must(Permission.CONFIGURE)
    entity = await legal_entity_of(work, entity_id)
    before = await store.seller(work, None)
    if before is not None:
        before.is_default = False
        await store.keep(work)
    entity.is_default = True
    await store.keep(work)
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


async def legal_entities_of(work: Work, entity_ids: Collection[UUID]) -> dict[UUID, LegalEntity]:
    """Legal entities by id."""
    return {entity.id: entity for entity in await store.find_all(work, entity_ids)}


async def seller_for(work: Work, code: str | None) -> LegalEntity:
    """The legal entity that sells: the one with `code`, or the default. Raises NoDefaultLegalEntity."""
    found = await store.seller(work, code)
    if found is None:
        raise NoDefaultLegalEntity(f"There is no legal entity {code}." if code else None)
    return found


async def _series_must_be_free(work: Work, entity: LegalEntity, *, own: Collection[str] = ()) -> None:
    news = set(entity.series) - set(own)
    is_one = entity.invoice_series == entity.credit_note_series
    if is_one or await store.is_series_taken(work, entity) or await is_begun(work, news):
        raise SeriesTaken(field="/credit_note_series" if is_one or entity.invoice_series in own else "/invoice_series")
