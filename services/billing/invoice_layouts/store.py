"""The tables of invoice layouts and logos."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Column, DateTime, Integer, LargeBinary, String, Uuid, delete, select
from sqlalchemy.dialects.postgresql import JSONB, insert

from services.billing.invoice_layouts.model import Design, Grouping, InvoiceLayout
from services.billing.invoice_layouts.model.logo import Logo, LogoKind
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
    choice("design", Design),
    Column("accent", String(7), nullable=False),
    Column("texts", JSONB, nullable=False),
    Column("version", Integer, nullable=False),
    belongs_to("legal_entity_id", "legal_entities"),
)

invoice_logos = schema.table(
    "invoice_logos",
    Column("legal_entity_id", Uuid, primary_key=True),
    choice("kind", LogoKind),
    Column("content", LargeBinary, nullable=False),
    Column("given_by", String, nullable=False),
    Column("given_at", DateTime(timezone=True), nullable=False),
    belongs_to("legal_entity_id", "legal_entities"),
    audited=False,
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


async def logo(work: Work, legal_entity_id: UUID) -> Logo | None:
    """The logo of a legal entity, if it has one."""
    columns = invoice_logos.c.kind, invoice_logos.c.content
    wanted = select(*columns).where(invoice_logos.c.legal_entity_id == legal_entity_id)
    row = (await work.session.execute(wanted)).one_or_none()
    return None if row is None else Logo(row.kind, row.content)


async def keep_logo(work: Work, legal_entity_id: UUID, logo: Logo) -> None:
    """Keep a logo instead of the one before."""
    said = {"kind": logo.kind, "content": logo.content, "given_by": work.actor.subject, "given_at": work.now}
    await work.session.execute(
        insert(invoice_logos)
        .values(legal_entity_id=legal_entity_id, **said)
        .on_conflict_do_update(index_elements=["tenant_id", "legal_entity_id"], set_=said)
    )


async def forget_logo(work: Work, legal_entity_id: UUID) -> None:
    """Keep no logo."""
    await work.session.execute(delete(invoice_logos).where(invoice_logos.c.legal_entity_id == legal_entity_id))
