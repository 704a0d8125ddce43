"""The tables of hand-overs, append-only, a document to an address once, and of what e-mails say."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from sqlalchemy import Column, DateTime, Integer, String, Text, Uuid, select
from sqlalchemy.dialects.postgresql import JSONB, insert

from services.billing.hand_overs.model import DocumentKind, HandOver
from services.billing.hand_overs.model.texts import MailTexts
from services.billing.tables import schema
from shared.database import belongs_to, choice, found_by, only_one
from shared.work import Work

hand_overs = schema.table(
    "hand_overs",
    Column("id", Uuid, primary_key=True),
    choice("kind", DocumentKind),
    Column("document_id", Uuid, nullable=False),
    Column("customer_id", Uuid, nullable=False),
    Column("number", String, nullable=False),
    Column("recipient", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("attachment", String, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("handed_over_by", String, nullable=False),
    Column("handed_over_at", DateTime(timezone=True), nullable=False),
    belongs_to("customer_id", "customers"),
    only_one("kind", "document_id", "recipient"),
    found_by("customer_id", "id", why="what went to a customer"),
    append_only=True,
)

mail_texts = schema.table(
    "mail_texts",
    Column("legal_entity_id", Uuid, primary_key=True),
    Column("texts", JSONB, nullable=False),
    Column("version", Integer, nullable=False),
    belongs_to("legal_entity_id", "legal_entities"),
)
schema.map(MailTexts, mail_texts, version=mail_texts.c.version)


async def add(work: Work, one: HandOver) -> bool:
    """Keep a hand-over, for good; gives whether it is the first of this document to this address."""
    new = insert(hand_overs).values(asdict(one)).on_conflict_do_nothing().returning(hand_overs.c.id)
    kept: UUID | None = await work.session.scalar(new)
    return kept is not None


async def texts_of(work: Work, legal_entity_id: UUID) -> MailTexts:
    """What e-mails of a legal entity say, which is the usual where it has no texts of its own."""
    wanted = select(MailTexts).where(mail_texts.c.legal_entity_id == legal_entity_id)
    found: MailTexts | None = await work.session.scalar(wanted)
    return found or MailTexts(legal_entity_id)


async def keep(work: Work, texts: MailTexts) -> None:
    """Keep what e-mails say, new or changed."""
    work.session.add(texts)
    await work.session.flush()
