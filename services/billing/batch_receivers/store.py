"""How receivers of batches are kept."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from sqlalchemy import Column, String, Uuid, delete
from sqlalchemy.dialects.postgresql import insert

from services.billing.batch_receivers.model import Receiver
from services.billing.tables import schema
from shared.database import only_one
from shared.work import Work

batch_receivers = schema.table(
    "batch_receivers",
    Column("id", Uuid, primary_key=True),
    Column("legal_entity", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("target", String),
    only_one("legal_entity", "subject"),
)
FIELDS = [batch_receivers.c[name] for name in Receiver.__dataclass_fields__]


async def add(work: Work, receiver: Receiver) -> None:
    """Keep a receiver."""
    await work.session.execute(insert(batch_receivers).values(asdict(receiver)))


async def remove(work: Work, receiver_id: UUID) -> bool:
    """Take a receiver out; whether there was one."""
    gone = delete(batch_receivers).where(batch_receivers.c.id == receiver_id).returning(batch_receivers.c.id)
    return (await work.session.execute(gone)).first() is not None
