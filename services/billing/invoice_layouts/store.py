"""The table of invoice layouts."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Column, Integer, String, Uuid, select

from services.billing.invoice_layouts.model import Grouping, InvoiceLayout
from services.billing.legal_entities.model import Language
from services.billing.tables import schema
from shared.database import belongs_to, choice
from shared.work import Work

invoice_layouts = schema.table(
    "invoice_layouts",
    Column("legal_entity_id", Uuid, primary_key=True),
    choice("grouping", Grouping),
    Column("wording", String, nullable=False),
    choice("language", Language),
    Column("version", Integer, nullable=False),
    belongs_to("legal_entity_id", "legal_entities"),
)

schema.map(InvoiceLayout, invoice_layouts, version=invoice_layouts.c.version)


async def find(work: Work, legal_entity_id: UUID) -> InvoiceLayout | None:
    """The layout of a legal entity, if it has one of its own."""
    wanted = select(InvoiceLayout).where(invoice_layouts.c.legal_entity_id == legal_entity_id)
    found: InvoiceLayout | None = await work.session.scalar(wanted)
    return found


async def keep(work: Work, layout: InvoiceLayout) -> None:
    """Keep a layout, new or changed."""
    work.session.add(layout)
    await work.session.flush()
