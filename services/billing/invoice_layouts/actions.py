"""Laying out the invoices of a legal entity."""

from __future__ import annotations

from uuid import UUID

from services.billing.invoice_layouts import store
from services.billing.invoice_layouts.model import Grouping, InvoiceLayout, check_wording
from services.billing.legal_entities.actions import legal_entity_of
from services.billing.legal_entities.model import Language
from services.billing.permissions import Permission
from shared.work import Work


async def lay_out(
    work: Work, legal_entity_id: UUID, *, grouping: Grouping, wording: str, language: Language
) -> InvoiceLayout:
    """Let the lines of a legal entity's invoices be made like this, from the next draft on.

    Raises NoSuchLegalEntity, UnknownPlaceholder.
    """
    work.actor.must(Permission.CONFIGURE)
    await legal_entity_of(work, legal_entity_id)
    check_wording(wording)
    layout = await store.find(work, legal_entity_id) or InvoiceLayout(legal_entity_id)
    layout.grouping, layout.wording, layout.language = grouping, wording, language
    await store.keep(work, layout)
    return layout


async def layout_of(work: Work, legal_entity_id: UUID) -> InvoiceLayout:
    """How the invoices of a legal entity read."""
    return await store.find(work, legal_entity_id) or InvoiceLayout(legal_entity_id)
