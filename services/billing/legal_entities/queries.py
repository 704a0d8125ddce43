"""Reading legal entities."""

from __future__ import annotations

from uuid import UUID

from services.billing.legal_entities import store
from services.billing.legal_entities.model import LegalEntity, NoSuchLegalEntity
from services.billing.permissions import Permission
from shared.database import Page
from shared.work import Work


async def legal_entity(work: Work, entity_id: UUID) -> LegalEntity:
    """One legal entity, for whoever configures or bills. Raises NoSuchLegalEntity."""
    work.actor.must(Permission.SEE_LEGAL_ENTITIES)
    found = await store.find(work, entity_id)
    if found is None:
        raise NoSuchLegalEntity()
    return found


async def choices(work: Work) -> list[tuple[str, str]]:
    """Code and name of each, for whoever says which of our firms contracts with a customer."""
    work.actor.must(Permission.CHOOSE_LEGAL_ENTITY)
    return await store.named(work)


async def legal_entities(work: Work, *, cursor: str | None, limit: int) -> Page[LegalEntity]:
    """The legal entities by code."""
    work.actor.must(Permission.SEE_LEGAL_ENTITIES)
    return await store.listed(work, cursor=cursor, limit=limit)
