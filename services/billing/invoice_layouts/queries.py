"""Reading invoice layouts."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.billing.invoice_layouts import store
from services.billing.invoice_layouts.model import InvoiceLayout
from services.billing.invoice_layouts.model.logo import Logo, NoLogo
from services.billing.legal_entities.model import LegalEntity
from services.billing.legal_entities.queries import legal_entity
from shared.work import Work


@dataclass(frozen=True)
class LayoutFound:
    """A legal entity, and how its invoices read."""

    entity: LegalEntity
    layout: InvoiceLayout
    has_logo: bool


async def layout(work: Work, legal_entity_id: UUID) -> LayoutFound:
    """How the invoices of a legal entity read, for whoever configures or bills. Raises NoSuchLegalEntity."""
    entity = await legal_entity(work, legal_entity_id)
    found = await store.find(work, legal_entity_id) or InvoiceLayout(legal_entity_id)
    return LayoutFound(entity, found, await store.logo(work, legal_entity_id) is not None)


async def logo(work: Work, legal_entity_id: UUID) -> Logo:
    """The logo of a legal entity. Raises NoSuchLegalEntity, NoLogo."""
    await legal_entity(work, legal_entity_id)
    found = await store.logo(work, legal_entity_id)
    if found is None:
        raise NoLogo()
    return found
