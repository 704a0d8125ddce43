"""The tables of legal entities and their tax rules."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Boolean, Column, Integer, Numeric, String, Uuid, select
from sqlalchemy.dialects.postgresql import JSONB

from services.billing.legal_entities.model import LegalEntity, TaxCategory, TaxRule, Territory
from services.billing.tables import schema
from shared.database import Page, belongs_to, choice, only_one, page
from shared.work import Work

legal_entities = schema.table(
    "legal_entities",
    Column("id", Uuid, primary_key=True),
    Column("code", String, nullable=False),
    Column("name", String, nullable=False),
    Column("street", String, nullable=False),
    Column("postal_code", String, nullable=False),
    Column("city", String, nullable=False),
    Column("country", String(2), nullable=False),
    Column("tax_registration", String, nullable=False),
    Column("functional_currency", String(3), nullable=False),
    Column("iban", String, nullable=False),
    Column("payment_terms_days", Integer, nullable=False),
    Column("invoice_series", String, nullable=False),
    Column("credit_note_series", String, nullable=False),
    Column("is_default", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    only_one("code"),
    only_one("invoice_series"),
    only_one("credit_note_series"),
    only_one("is_default", where="is_default"),
)

tax_rules = schema.table(
    "tax_rules",
    Column("legal_entity_id", Uuid, primary_key=True),
    Column("territory", choice("territory", Territory).type, primary_key=True),
    Column("product", String, primary_key=True),
    choice("category", TaxCategory),
    Column("rate", Numeric(5, 2), nullable=False),
    Column("reference_text", String, nullable=False),
    Column("texts", JSONB, nullable=False),
    belongs_to("legal_entity_id", "legal_entities"),
)

schema.map(TaxRule, tax_rules)
schema.map(
    LegalEntity,
    legal_entities,
    version=legal_entities.c.version,
    properties={
        "tax_rules": schema.parts(
            TaxRule, tax_rules, of=legal_entities, by="legal_entity_id", order_by=tax_rules.c.territory
        )
    },
)


async def add(work: Work, entity: LegalEntity) -> None:
    """Keep a new legal entity; the database refuses a code or series that is taken, and a second default."""
    work.session.add(entity)
    await work.session.flush()


async def keep(work: Work) -> None:
    """Write what changed, so that what is read next shows it."""
    await work.session.flush()


async def is_series_taken(work: Work, entity: LegalEntity) -> bool:
    """Whether another legal entity numbers anything by one of the series of `entity`."""
    others = select(legal_entities.c.id).where(
        legal_entities.c.id != entity.id,
        legal_entities.c.invoice_series.in_(entity.series) | legal_entities.c.credit_note_series.in_(entity.series),
    )
    return await work.session.scalar(others.limit(1)) is not None


async def find(work: Work, entity_id: UUID) -> LegalEntity | None:
    """One legal entity, if it exists."""
    found: LegalEntity | None = await work.session.scalar(select(LegalEntity).where(legal_entities.c.id == entity_id))
    return found


async def find_all(work: Work, entity_ids: Collection[UUID]) -> Sequence[LegalEntity]:
    """Those of the legal entities that exist."""
    return (await work.session.scalars(select(LegalEntity).where(legal_entities.c.id.in_(entity_ids)))).all()


async def seller(work: Work, code: str | None) -> LegalEntity | None:
    """The legal entity with `code`, or the default one."""
    wanted = legal_entities.c.code == code if code else legal_entities.c.is_default
    found: LegalEntity | None = await work.session.scalar(select(LegalEntity).where(wanted))
    return found


async def named(work: Work) -> list[tuple[str, str]]:
    """Code and name of every legal entity; a firm has few."""
    rows = select(legal_entities.c.code, legal_entities.c.name).order_by(legal_entities.c.code)
    return [(row.code, row.name) for row in await work.session.execute(rows)]


async def listed(work: Work, *, cursor: str | None, limit: int) -> Page[LegalEntity]:
    """Legal entities by code."""
    codes = select(legal_entities.c.id, legal_entities.c.code)
    found = await page(work.session, codes, keys=(legal_entities.c.code,), cursor=cursor, limit=limit)
    ids = [row.id for row in found.items]
    ordered = select(LegalEntity).where(legal_entities.c.id.in_(ids)).order_by(legal_entities.c.code)
    return Page(list(await work.session.scalars(ordered)), found.next)
